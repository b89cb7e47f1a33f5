"""What a fresh clone lacks: the virtual environment, its locked packages, a browser for the tests.

Runs on the system's Python before anything is installed, so it imports the standard library only.
"""
