"""What `make bench` writes and says about its figures."""

import json
from pathlib import Path

from tests.bench.measure import Figure, latency, percentile
from tests.bench.report import table, write

FIGURES = [
    Figure("w1.celery.steps_s", 500.0, "steps/s", "the chain"),
    Figure("w1.loop2.steps_s", 2000.0, "steps/s", "the loop"),
    Figure("w1.helix.steps_s", 1000.0, "steps/s", "Helix", {"cpu_parts": {"workers": 1.0}}),
    Figure("scale.list.few", 10.0, "ms", "pages"),
    Figure("scale.list.many", 30.0, "ms", "pages"),
]


def test_each_figure_is_written_with_its_floor_and_ratio(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write(FIGURES, file)

    found = json.loads(file.read_text())

    helix = found["w1.helix.steps_s"]
    assert (helix["value"], helix["unit"], helix["floor"], helix["ratio"], helix["how"]) == (
        1000,
        "steps/s",
        500,
        2,
        "Helix",
    )
    assert helix["ratios"] == {"w1.celery.steps_s": 2, "w1.loop2.steps_s": 0.5}
    assert found["w1.celery.steps_s"]["ratio"] is None
    assert set(found) == {figure.name for figure in FIGURES}


def test_the_table_says_which_goals_hold() -> None:
    lines = {tuple(line.split()[i] for i in (0, 2)): line for line in table(FIGURES).splitlines()[1:]}

    assert lines["w1.helix.steps_s", "w1.celery.steps_s"].endswith(">= 1.5: yes")
    assert lines["w1.helix.steps_s", "w1.loop2.steps_s"].endswith(">= 0.6: NO")
    assert lines["scale.list.many", "scale.list.few"].endswith("<= 2: NO")


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 95), percentile([7.0], 95)) == (51.0, 95.0, 7.0)
    assert [figure.value for figure in latency("w1.helix", [0.010, 0.020, 0.030], "alone")] == [20.0, 30.0]
