"""The lines of the log: how they look, what they are about, and what is blotted out of them."""
