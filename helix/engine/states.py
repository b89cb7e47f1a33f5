"""The states of runs and steps, and the one table of moves: what is not in it cannot happen."""

from enum import IntEnum, StrEnum


class RunState(StrEnum):
    QUEUED = "queued"  # no step has begun
    RUNNING = "running"
    WAITING = "waiting"  # nothing to do now: a timer, or a person
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"


class StepState(StrEnum):
    PENDING = "pending"  # waits for the steps before it
    READY = "ready"  # any worker may claim it
    RUNNING = "running"  # claimed; a lease is ticking
    WAITING = "waiting"  # asleep until its time
    UNKNOWN = "unknown"  # the call may or may not have arrived: a person decides
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Cause(StrEnum):
    """What begins a run."""

    MANUAL = "manual"
    TEST = "test"  # a draft, run from the editor
    API = "api"
    SCHEDULE = "schedule"
    WEBHOOK = "webhook"
    EVENT = "event"  # of Customer.io
    CALLED = "called"  # by a step of another flow
    FAILURE = "failure"  # of another flow
    RETRY = "retry"  # an earlier run, gone on with


class ItemState(StrEnum):
    """Where an item of a loop stands."""

    PLANNED = "planned"  # its turn has not ended; when the loop has, it never began
    DONE = "done"
    FAILED = "failed"


class Rank(IntEnum):
    """Who goes first when there is more work than workers; the lower one."""

    URGENT = -1  # a person or a program waits for it
    NORMAL = 0


LIVE_RUN_STATES = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.WAITING})
FINAL_RUN_STATES = frozenset(RunState) - LIVE_RUN_STATES
FINAL_STEP_STATES = frozenset({StepState.SUCCEEDED, StepState.FAILED, StepState.SKIPPED, StepState.CANCELLED})
LIVE_STEP_STATES = frozenset(StepState) - FINAL_STEP_STATES

P, R, W, U = StepState.PENDING, StepState.READY, StepState.WAITING, StepState.UNKNOWN
MOVES: dict[tuple[StepState, str], StepState] = {
    (P, "enabled"): R,
    (P, "passed_by"): StepState.SKIPPED,
    (P, "cancelled"): StepState.CANCELLED,
    (R, "claimed"): StepState.RUNNING,
    (R, "cancelled"): StepState.CANCELLED,
    (StepState.RUNNING, "succeeded"): StepState.SUCCEEDED,
    (StepState.RUNNING, "failed"): StepState.FAILED,
    (StepState.RUNNING, "deferred"): W,  # a wait step, a retry whose time is set, or a loop while its items run
    (StepState.RUNNING, "doubted"): U,  # sent, and no answer that tells
    (StepState.RUNNING, "cancelled"): StepState.CANCELLED,  # it would have slept on, and the run has ended
    (StepState.RUNNING, "lost"): R,  # the lease ran out and a repeat is safe
    (W, "due"): R,
    (W, "cancelled"): StepState.CANCELLED,
    (U, "arrived"): StepState.SUCCEEDED,
    (U, "again"): R,
    (U, "skipped"): StepState.SKIPPED,
    (U, "cancelled"): StepState.CANCELLED,
}
del P, R, W, U


def move(state: str, event: str) -> StepState:
    """The state after the event; a KeyError names a move that cannot happen."""
    return MOVES[StepState(state), event]
