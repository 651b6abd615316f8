"""A module for each group of rows of the table: `figures(size)` yields them."""
