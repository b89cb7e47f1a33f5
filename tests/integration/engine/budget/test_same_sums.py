"""`bucket.lua` in a real Redis does the same sums as `bucket.py`, over random histories."""

import random

import pytest
import redis

from helix.engine.budget.bucket import Bucket
from helix.engine.budget.pace import Pace, weight
from helix.engine.budget.shared import BEGINNING, PREFIX, SCRIPT
from tests.fakes.queue import Queue
from tests.integration.engine.budget.conftest import APP, BROADCAST, TRACK


@pytest.mark.parametrize("seed", range(12))
def test_the_script_and_the_sums_in_python_agree(queue: Queue, seed: int) -> None:
    dice = random.Random(seed)
    pace = Pace.of(dice.choice([APP, TRACK, BROADCAST]))
    now = 1000.0
    bucket = Bucket(now)
    flows = [f"flow-{number}" for number in range(dice.choice([1, 2, 6]))]
    urgent = {flow: dice.choice([0, 0, 0, -1, 1]) for flow in flows}
    key = f"{PREFIX}same-{seed}"
    with redis.Redis.from_url(queue.url) as client:
        client.set(BEGINNING, 1)
        script = client.register_script(SCRIPT)
        for _ in range(600):
            now += dice.choice([0.0, 0.001, 0.02, 0.1, 0.1, 1.0]) * pace.gap * 10 + dice.choice([0, 0, 0, 0.3])
            if dice.random() < 0.004:
                now += dice.choice([61.0, 4000.0])
            if dice.random() < 0.15:
                succeeded, failed = dice.choice([(1, False), (0, True), (0, True), (0, False), (3, False)])
                asked, refused = dice.choice([(0.0, False)] * 8 + [(0.0, True), (2.5, False)])
                opened = script(keys=[key, BEGINNING], args=["tell", now, succeeded, int(failed), asked, int(refused)])
                assert bool(opened) == bucket.tell(
                    now, succeeded=succeeded, failed=failed, asked=asked, refused=refused
                )
                continue
            flow, succeeded, back = dice.choice(flows), dice.choice([0, 0, 2]), dice.random() < 0.005
            not_before, roll = dice.choice([0.0] * 20 + [3.0]), dice.random()
            if back:
                bucket.back(now)
            answer = bucket.ask(
                now, pace, flow, weight(urgent[flow]), succeeded=succeeded,
                not_before=now + not_before if not_before else 0.0, dice=roll,
            )  # fmt: skip
            given = [int(back), pace.gap, pace.slack, flow, weight(urgent[flow]), succeeded, 1.0, not_before, roll]
            code, wait, *more = script(keys=[key, BEGINNING], args=["ask", now, *given])
            assert code.decode() == answer.code
            assert float(wait) == pytest.approx(answer.wait, abs=2e-6)
            if more:
                assert [float(time) for time in more] == pytest.approx([answer.begin, answer.gap], abs=2e-6)
