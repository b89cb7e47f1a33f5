"""The views of the Schedule page."""
