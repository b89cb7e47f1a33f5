"""A PostgreSQL of the tests' own, out of a wheel: `python -m tests.postgres COMMAND…` runs the command beside it."""
