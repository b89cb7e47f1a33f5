"""The views of the Templates pages."""
