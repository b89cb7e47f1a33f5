"""What one commit will write: outcomes applied to the rows in memory, loops moved on, and where the run stands then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from helix.engine.claim import Held
from helix.engine.decide import Decision, View, cancel_waiting, decide, settle
from helix.engine.ended import Ended
from helix.engine.envelopes import attempt_of
from helix.engine.keys import idempotency_key
from helix.engine.models import StepRun
from helix.engine.outcomes import Deferred, Doubted, Failed, Fanned, Parked, Postponed, Probing, Stopped, Succeeded
from helix.engine.outputs import Kept
from helix.engine.rows import Row
from helix.engine.segment import Segment, parent_turn
from helix.engine.states import FINAL_RUN_STATES, FINAL_STEP_STATES, ItemState, RunState, StepState, move
from helix.engine.turns import after_turn, begin_turns, body, first_states, planned
from helix.engine.write import Told, Write, text_of
from helix.flows.steps import STEP_TYPES
from helix.ids import new_id


class Recording:
    """Collects into `write`. Rows of the segment are changed in place; `Segment.reload` undoes that when a write is refused."""

    def __init__(self, segment: Segment, now: datetime) -> None:
        self.segment, self.now = segment, now
        self.run, self.plan = segment.run, segment.plan
        self.write = Write()
        self.outputs: list[tuple[Row, Any]] = []
        self.waiting_for_a_worker = 0
        self._told: dict[Any, Told] = {}
        self._touched: dict[Any, Row] = {}
        self._begun: dict[Any, Row] = {}

    def add(self, ended: list[Ended]) -> bool:
        """Apply the outcomes of the steps that are still this worker's; whether there was one."""
        mine = [each for each in ended if self._is_mine(each.held)]
        for each in mine:
            self._add(self.segment.frame(each.held.step.item_key)[each.held.step.node], each)
        return bool(mine)

    def _is_mine(self, held: Held) -> bool:
        row = self.segment.frame(held.step.item_key).get(held.step.node)
        return row is not None and row.token == held.token and row.state == StepState.RUNNING

    def _add(self, row: Row, ended: Ended) -> None:
        outcome = ended.outcome
        if self.run.wiped_at is None:
            self.write.persons |= ended.persons
        tried = not isinstance(outcome, Postponed)
        if tried:
            row.attempts_made += 1
            exchanges = "[]" if self.run.wiped_at else ended.exchanges.text
            self.write.attempts.append(attempt_of(row, outcome, exchanges, self.now))
        row.claims, row.lease_until, row.due_at = 0, None, None
        if not isinstance(outcome, (Doubted, Postponed, Probing)):
            row.sent_at = None
        if self.run.state in FINAL_RUN_STATES or self.run.ending:
            self._alone(row, ended)
            return
        if isinstance(outcome, (Deferred, Postponed, Probing, Parked)):
            row.due_at = outcome.until
        if isinstance(outcome, Fanned):
            row.counts = row.counts or planned(len(outcome.items))
        decision = decide(self.plan, self.segment.views(row.item_key), row.node, outcome)
        self._apply(row.item_key, decision)
        self._tell(row, ended)
        if isinstance(outcome, Fanned):
            self._fan(row, outcome, ended.items)
        if isinstance(outcome, Stopped) and decision.ending:
            self._end(decision.ending, outcome.message, dict(outcome.values))
        else:
            self._frame_moved(row.item_key, decision)

    def _alone(self, row: Row, ended: Ended) -> None:
        """The run has ended, or is about to: the result is kept, and nothing follows."""
        outcome = ended.outcome
        event = {
            Succeeded: "succeeded",
            Stopped: "succeeded",
            Doubted: "doubted",
            Probing: "doubted",
            Failed: "failed",
        }.get(type(outcome))
        if event is None:  # it would have gone on later
            event = "failed" if getattr(outcome, "trouble", None) else "cancelled"
        self._move(row, View(move(row.state, event)))
        self._tell(row, ended)

    def _tell(self, row: Row, ended: Ended) -> None:
        final = row.state in FINAL_STEP_STATES
        output = ended.output.text if final else "null"
        if self.run.wiped_at is not None:  # its data were removed meanwhile: nothing comes back
            self._told[row.id] = Told(row, "null", "null", "")
            return
        self._told[row.id] = Told(row, ended.input.text, output, ended.outcome.told.explanation)
        if final:
            self.outputs.append((row, ended.value))

    def touch(self, row: Row) -> None:
        """This row has changed."""
        self._touched[row.id] = row

    def is_written(self, row: Row) -> bool:
        """Whether the row stands in the database already; else this commit begins it."""
        return row.id not in self._begun

    def _move(self, row: Row, view: View) -> None:
        row.state, row.port = view.state, view.port
        if view.state == StepState.READY:
            row.due_at = self.now
        elif view.state in FINAL_STEP_STATES:
            row.ended_at, row.due_at = self.now, None
        self.touch(row)

    def _apply(self, turn: str, decision: Decision) -> None:
        frame = self.segment.frame(turn)
        for node, view in decision.changed.items():
            self._move(frame[node], view)

    def _frame_moved(self, turn: str, decision: Decision) -> None:
        """What the change of a turn means outside of it."""
        if turn == "":
            if decision.ending:
                self._end(decision.ending, decision.message)
            elif decision.run == RunState.SUCCEEDED:
                self.run.ending = RunState.SUCCEEDED
        elif decision.run in FINAL_RUN_STATES:
            self._turn_ended(turn, decision)

    # --- loops -----------------------------------------------------------------------------------------------------------

    def _fan(self, row: Row, outcome: Fanned, items: Sequence[Kept]) -> None:
        """Plan every item, and begin the first turns."""
        assert row.counts is not None
        for position, kept in enumerate(items):
            turn = _inner(row.item_key, position)
            item = {
                "loop": row.node,
                "item_key": turn,
                "position": position,
                "state": ItemState.PLANNED,
                "value": kept.text,
            }
            self.write.items.append(item)
        row.counts, first = begin_turns(row.counts, outcome.concurrency)
        for position in first:
            self._begin_turn(row, position)

    def _key_of(self, node: str, turn: str) -> str:
        """The step's idempotency key. A loop that goes on with an earlier run's keeps that run's keys, in the loops within too."""
        for depth, loop in enumerate(self.plan.loops(node)):
            around = ".".join(turn.split(".")[:depth])
            origin = (self.segment.frame(around)[loop].counts or {}).get("keys")
            if origin:
                return idempotency_key(origin["run"], datetime.fromisoformat(origin["at"]), node, turn)
        return idempotency_key(self.run.id, self.run.created_at, node, turn)

    def _begin_turn(self, loop: Row, position: int) -> None:
        turn = _inner(loop.item_key, position)
        decision = first_states(self.plan, loop.node)
        frame = self.segment.frames[turn] = {}
        for node in body(self.plan, loop.node):
            row = self._new_row(node, turn)
            frame[node] = row
            view = decision.changed.get(node)
            if view is not None:
                self._move(row, view)
        self._frame_moved(turn, decision)

    def _new_row(self, node: str, turn: str) -> Row:
        row = Row(
            id=new_id(), node=node, item_key=turn, state=StepState.PENDING, port="", token=0, worker="", lease_until=None,
            due_at=None, attempts_made=0, claims=0, effect=effect_of(self.plan.nodes[node].type, self.plan.nodes[node].config),
            sent_at=None, idempotency_key=self._key_of(node, turn),
            started_at=None, claimed_at=None, ended_at=None, counts=None,
        )  # fmt: skip
        self._begun[row.id] = row
        return row

    def _turn_ended(self, turn: str, decision: Decision) -> None:
        """A turn is over: the loop counts it, begins the next, or goes on when it was the last."""
        outside = parent_turn(turn)
        loop_key = self.plan.loop_of[next(iter(self.segment.frame(turn)))]
        loop = self.segment.frame(outside)[loop_key]
        if loop.state != StepState.WAITING or loop.counts is None:
            return
        well = decision.run == RunState.SUCCEEDED
        state = ItemState.DONE if well else ItemState.FAILED
        self.write.items_ended.append({"loop": loop_key, "item_key": turn, "state": state})
        stop = self.plan.nodes[loop_key].config.get("on_item_failure", "stop") != "continue"
        progress = after_turn(loop.counts, well=well, stop_at_failure=stop, message=decision.message)
        loop.counts = dict(progress.counts)
        self.touch(loop)
        if progress.over:
            self._move(loop, View(move(loop.state, "due")))
        elif progress.begin is not None:
            self._begin_turn(loop, progress.begin)
        self.segment.drop(turn)

    # --- the run ---------------------------------------------------------------------------------------------------------

    def _end(self, ending: RunState, message: str, values: dict[str, Any] | None = None) -> None:
        """The run shall end so: nothing else begins, in no turn of any loop."""
        self.run.ending, self.run.message = ending, message or self.run.message
        self.run.result = values or self.run.result
        self.write.cancel_rest = bool(self.plan.loop_of)
        for frame in self.segment.frames.values():
            views = {node: View(row.state, row.port) for node, row in frame.items()}
            before = dict(views)
            cancel_waiting(views)
            for node, view in views.items():
                if view != before[node]:
                    self._move(frame[node], view)

    def settle(self) -> None:
        """Where the run stands now."""
        run = self.run
        rows = [row for frame in self.segment.frames.values() for row in frame.values()]
        if any(row.state == StepState.UNKNOWN for row in rows):
            run.attention = True
        if run.state not in FINAL_RUN_STATES:
            run.started_at = run.started_at or self.now
            moving = any(row.state in (StepState.READY, StepState.RUNNING) for row in rows)
            if run.ending:
                busy = any(row.state == StepState.RUNNING for row in rows) or self._elsewhere(StepState.RUNNING)
                if not busy:
                    run.state, run.ended_at = run.ending, self.now
                    run.news = run.state != RunState.SUCCEEDED or run.parent_id is not None
                else:
                    run.state = RunState.RUNNING
            elif moving or self._elsewhere(StepState.READY, StepState.RUNNING):
                run.state = RunState.RUNNING
            else:
                run.state = RunState.WAITING

    def _elsewhere(self, *states: StepState) -> bool:
        """Whether a step that is not held in memory is in one of these states: one in another turn of a loop."""
        if not self.plan.loop_of:
            return False
        others = StepRun.objects.filter(run_id=self.run.pk, state__in=states)
        return others.exclude(item_key__in=list(self.segment.frames)).exclude(id__in=list(self._told)).exists()

    def ready(self) -> list[Row]:
        """The steps of the known turns that could be carried now."""
        if self.run.ending:
            return []
        frames = self.segment.frames.values()
        return [row for frame in frames for row in frame.values() if row.state == StepState.READY]

    def build(self) -> Write:
        """What is to be written; nothing may change after it."""
        self.write.told = list(self._told.values())
        self.write.begun = list(self._begun.values())
        known = self._told.keys() | self._begun.keys()
        self.write.changed = [row for pk, row in self._touched.items() if pk not in known]
        return self.write

    # --- decisions from outside --------------------------------------------------------------------------------------------

    def answer(self, row: Row, view: View, output: Any, explanation: str, given: Any = None) -> None:
        """Somebody decided how this step stands; what follows from that is worked out as for an outcome."""
        before = self.segment.views(row.item_key)
        self._move(row, view)
        self._told[row.id] = Told(row, text_of(given), text_of(output), explanation)
        if output is not None:
            self.outputs.append((row, output))
        if self.run.state in FINAL_RUN_STATES or self.run.ending:
            return
        decision = settle(self.plan, before, {**before, row.node: view})
        others = {node: other for node, other in decision.changed.items() if node != row.node}
        self._apply(row.item_key, replace(decision, changed=others))
        self._frame_moved(row.item_key, decision)


def effect_of(kind: str, config: dict[str, Any]) -> str:
    """What a repeat of this step does (classes A to D)."""
    return STEP_TYPES[kind].effect_of(config)


def _inner(turn: str, position: int) -> str:
    return f"{turn}.{position}" if turn else str(position)
