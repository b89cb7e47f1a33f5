"""How long things took, as counts in buckets: each a quarter of a decade wide, so that a million runs need a few numbers. Pure."""

import math
from collections.abc import Mapping
from datetime import datetime

STEPS = 4  # buckets a decade
SHORTEST = 0.001
LAST = 44  # 3 years and more


def bucket_of(seconds: float) -> int:
    """The bucket of a duration. The first holds all up to a millisecond."""
    if seconds <= SHORTEST:
        return 0
    return min(LAST, max(0, math.ceil(math.log10(seconds / SHORTEST) * STEPS - 1e-9)))


def took(first: datetime | None, last: datetime | None) -> int:
    """The bucket of the time from one moment to another; a clock that went back counts as none."""
    return bucket_of((last - first).total_seconds()) if first is not None and last is not None else 0


def edge(bucket: int) -> float:
    """The longest duration of a bucket, in seconds."""
    return SHORTEST * math.pow(10, bucket / STEPS)


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The duration in seconds that this share of all stays within; None of nothing. Within a bucket it is estimated, so that
    it is off by a third at most."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, passed = share * total, 0
    for bucket in sorted(counts):
        here = counts[bucket]
        if passed + here >= wanted:
            if bucket == 0:
                return SHORTEST
            part = max(0.0, min(1.0, (wanted - passed) / here))
            return edge(bucket - 1) * math.pow(10, part / STEPS)
        passed += here
    return edge(max(counts))
