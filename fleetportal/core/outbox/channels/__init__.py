"""Sending: one module for each channel."""
