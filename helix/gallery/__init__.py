"""The Schedule page: what will start, what started, what was missed."""
