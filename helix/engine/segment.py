"""A run under way in this worker: the run, its rows as last seen, and what earlier steps gave.

What is held here is good as long as the run's `seq` is the one it was read at; `write` refuses a change that was decided on
anything older, and `reload` looks again.
"""

from typing import Any
from uuid import UUID

from helix.engine.decide import View
from helix.engine.models import Run
from helix.engine.plans import plan_of
from helix.engine.reading import read_run
from helix.engine.rows import Row, rows_of
from helix.engine.states import StepState
from helix.flows.plan import Plan

ITEM, AROUND = "<item>", "<around>"  # no step has such a key


class Segment:
    """One run in one worker. `frames`: turn of a loop ("" outside) -> step -> its row."""

    def __init__(self, run: Run, plan: Plan) -> None:
        self.run, self.plan = run, plan
        self.frames: dict[str, dict[str, Row]] = {}
        self.outputs: dict[str, dict[str, Any]] = {}
        self.persons: set[str] = set()  # whom this worker has noted for the run

    @classmethod
    def of(cls, run_id: UUID) -> "Segment":
        """The run as it stands now."""
        run = read_run(run_id)
        return cls(run, plan_of(run.version_id))

    @property
    def seq(self) -> int:
        return self.run.seq

    def load(self, *turns: str) -> None:
        """Read the rows of these turns."""
        rows = rows_of(self.run.id, *turns)
        for turn in turns:
            self.frames[turn] = {}
        for row in rows:
            self.frames[row.item_key][row.node] = row

    def frame(self, turn: str) -> dict[str, Row]:
        """The rows of a turn, read when they are not known yet."""
        if turn not in self.frames:
            self.load(turn)
        return self.frames[turn]

    def views(self, turn: str) -> dict[str, View]:
        """The turn's steps as `decide` looks at them; the loop itself stands as having left by “each”."""
        found = {node: View(row.state, row.port) for node, row in self.frame(turn).items()}
        if turn and found:
            found[self.plan.loop_of[next(iter(found))]] = View(StepState.SUCCEEDED, "each")
        return found

    def reload(self) -> None:
        """Forget what was read, and look at the run again."""
        self.run.refresh_from_db()
        self.frames.clear()

    def keep_output(self, row: Row, output: Any) -> None:
        """Remember what a step gave, for the steps of this run that this worker carries next."""
        self.known(row.item_key)[row.node] = output

    def known(self, turn: str) -> dict[str, Any]:
        """Outputs of this turn's steps that need not be read again, by step; its item under ITEM, and what is the same for
        all steps under AROUND of the turn ""."""
        return self.outputs.setdefault(turn, {})

    def drop(self, turn: str) -> None:
        """The turn is over; nothing of it is looked at again."""
        self.frames.pop(turn, None)
        self.outputs.pop(turn, None)


def parent_turn(turn: str) -> str:
    """The turn around this one: "3" of "3.0", "" of "3"."""
    return turn.rpartition(".")[0]
