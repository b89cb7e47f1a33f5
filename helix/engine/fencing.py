"""What a worker meets when it is no longer the one that carries a step."""


class TakenOver(Exception):
    """Another worker holds the step now; this one must send nothing and write nothing."""
