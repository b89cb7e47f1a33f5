"""Percentiles from buckets."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from helix.insights.durations import bucket_of, edge, percentile


@given(st.lists(st.floats(0.002, 10_000_000), min_size=1, max_size=300), st.sampled_from([0.5, 0.95]))
def test_a_percentile_is_near_the_true_one(seconds: list[float], share: float) -> None:
    found = percentile(Counter(map(bucket_of, seconds)), share)

    true = sorted(seconds)[max(0, -(-len(seconds) * share // 1).__int__() - 1)]

    assert found is not None
    assert true / 1.8 <= found <= true * 1.8


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, 0.5) is None


@given(st.floats(0, 1e9))
def test_a_duration_lies_within_its_bucket(seconds: float) -> None:
    bucket = bucket_of(seconds)

    assert bucket == 44 or seconds <= edge(bucket) * 1.0001
    assert bucket in (0, 44) or seconds > edge(bucket - 1) * 0.9999
