"""Points of failure for tests: a process can be told to die or to freeze when it reaches one."""


def reach(name: str) -> None:
    """Nothing."""
