"""Publishing: the draft is frozen as the next version and its triggers are armed, in one transaction."""

from django.db import transaction
from django.utils import timezone

from helix.audit.acts import Act
from helix.audit.noting import noted
from helix.flows.drafts import as_json, check_text
from helix.flows.graph import UnreadableGraph
from helix.flows.models import Flow, FlowVersion
from helix.flows.versions import freeze_version
from helix.teams.models import User
from helix.triggers.arming import arm


class NotPublishable(Exception):
    """The draft has errors; `problems` lists all that the check found, as JSON."""

    def __init__(self, problems: list[dict[str, object]]) -> None:
        super().__init__("This draft has errors, so it cannot be published. The problems say what and where.")
        self.problems = problems


class NeedsAnother(NotPublishable):
    """The team wants somebody else to look at a draft before it runs, and this person wrote some of it."""

    def __init__(self) -> None:
        super().__init__([])
        self.args = (
            "In this team nobody publishes what they edited themselves. Ask another editor to look at the changes and publish them.",
        )


class NotPublished(Exception):
    """A flow without a published version cannot be switched on."""


def publish(flow: Flow, by: User | None, note: str = "") -> FlowVersion:
    """Freeze the draft as a numbered version that new runs use. The first publication also switches the flow on. NotPublishable."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().select_related("team").get(pk=flow.pk)
        if flow.team.two_publish and by is not None and str(by.pk) in {*flow.editors, str(flow.edited_by_id)}:
            raise NeedsAnother
        try:
            checked = check_text(flow.team, flow.draft, by)
        except UnreadableGraph as unreadable:
            raise NotPublishable([problem.as_json() for problem in unreadable.problems]) from None
        if not checked.ok:
            raise NotPublishable(as_json(checked))
        first = flow.published_id is None
        flow.published = freeze_version(flow, checked, flow.draft, by, note)
        flow.enabled = flow.enabled or first
        flow.editors = []
        flow.save(update_fields=["published", "enabled", "editors"])
        arm(flow)
        noted(flow.team_id, Act.PUBLISHED, flow, after=f"{flow.published}{f': {note}' if note else ''}")
        return flow.published


def set_enabled(flow: Flow, on: bool) -> None:
    """Switch the flow's triggers on or off; NotPublished when there is no version to run."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(pk=flow.pk)
        if on and flow.published_id is None:
            raise NotPublished("Publish this flow before you switch it on: only a published version runs by itself.")
        before, flow.enabled = flow.enabled, on
        flow.save(update_fields=["enabled"])
        arm(flow)
        if before != on:
            noted(flow.team_id, Act.SWITCHED_ON if on else Act.SWITCHED_OFF, flow)


def delete_flow(flow: Flow) -> None:
    """Take the flow away from the team's lists and stop its triggers. Its runs stay."""
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(pk=flow.pk)
        flow.enabled, flow.deleted_at = False, timezone.now()
        flow.save(update_fields=["enabled", "deleted_at"])
        arm(flow)
        noted(flow.team_id, Act.DELETED, flow)
