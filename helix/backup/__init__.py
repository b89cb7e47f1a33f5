"""Backups: one file that holds everything but keys, and the way back. See docs/operations.md."""
