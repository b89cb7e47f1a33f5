"""A run begun by a person or a program: which version, with which values, under which key."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from helix.connections.sandboxed import sandbox_of
from helix.engine.models import Run
from helix.engine.plans import plan_of
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import as_json, check_text
from helix.flows.models import Flow, FlowVersion
from helix.flows.versions import freeze_draft
from helix.ids import new_id
from helix.teams.models import User
from helix.triggers.backlog import Lag, lag
from helix.triggers.manual import payload_for


class NotRunnable(Exception):
    """There is nothing to run: the draft has errors, or nothing is published. `problems` are the check's, as JSON."""

    def __init__(self, message: str, problems: list[dict[str, object]] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or []


class Crowded(NotRunnable):
    """There is too much to do already; ask again after so many `seconds`."""

    def __init__(self, behind: Lag) -> None:
        super().__init__(f"{behind.words} Nothing was started. {behind.advice}")
        self.seconds = behind.seconds


def start_by_hand(
    flow: Flow,
    values: Mapping[str, Any],
    *,
    draft: bool,
    by: User | None,
    cause: Cause | None = None,
    key: str | None = None,
    version: FlowVersion | None = None,
    dry: bool = False,
) -> Run:
    """Start the draft (frozen as it stands) or the published version with these values of its manual trigger. A `dry` run sends
    nothing out.

    `key` makes the start repeatable: the same key of the same cause gives the same run. Crowded when the workers lag behind.
    """
    cause = cause or (Cause.TEST if draft else Cause.MANUAL)
    if (behind := lag(flow.team_id)) and not Run.objects.filter(flow=flow, cause_kind=cause, cause_key=key).exists():
        raise Crowded(behind)
    version = version or (_frozen(flow, by) if draft else flow.published)
    if version is None:
        raise NotRunnable("This flow was never published. Publish it, or test the draft.")
    payload = payload_for(plan_of(version.id), values)
    if dry:
        need_sandbox(flow, by)
    return start(
        version,
        cause=cause,
        key=key or str(new_id()),
        payload=payload,
        by=by,
        dry=dry,
    )


def need_sandbox(flow: Flow, by: User | None) -> None:
    """Make the team's connection to the sandbox, which dry runs call, unless it is there; NotRunnable without a sandbox."""
    if not settings.HELIX.HELIX_SANDBOX_URL:
        raise NotRunnable(
            "A dry run calls the built-in sandbox, and this installation runs none. Start it with `make run`."
        )
    sandbox_of(flow.team, by)


def _frozen(flow: Flow, by: User | None) -> FlowVersion:
    checked = check_text(flow.team, flow.draft)
    if not checked.ok:
        first = checked.errors[0]
        raise NotRunnable(f"This draft cannot run yet: {first.message}", as_json(checked))
    return freeze_draft(flow, checked, flow.draft, by)
