"""Work that waits in the database, and the processes that do it."""
