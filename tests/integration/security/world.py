"""A team with one real thing behind each parameter of each address; two of them show that nothing crosses."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone

from helix.alerts.models import AlertRule
from helix.catalogue.sandbox_client import SANDBOX_SECRETS
from helix.connections.keeping import save_connection
from helix.connections.models import Connection
from helix.engine.bulk.freezing import freeze_runs
from helix.engine.bulk.models import BulkAction, BulkKind
from helix.engine.models import Run, StepRun
from helix.engine.start import start
from helix.engine.states import Cause
from helix.flows.drafts import create_flow
from helix.flows.filing import place, put_tags
from helix.flows.models import Flow, Folder, ManyAct
from helix.sharing.links import make
from helix.sharing.models import ShareLink
from helix.teams.invitations import invite
from helix.teams.keys import digest, make_link, make_token
from helix.teams.models import ApiToken, Invitation, Member, Team, User
from helix.teams.roles import Role
from helix.triggers.endpoints import endpoint_of_connection, endpoint_of_trigger
from helix.triggers.many import Verb, Wanted, carry_out
from helix.triggers.models import Endpoint, Schedule, ScheduleFire, TriggerInbox
from helix.triggers.publish import publish
from tests.build import graph

NODES: list[dict[str, Any]] = [
    {"key": "by_hand", "type": "trigger.manual", "config": {"fields": []}},
    {"key": "hook", "type": "trigger.webhook", "config": {"verify": "bearer"}},
    {"key": "nightly", "type": "trigger.schedule", "config": {"cron": "0 2 * * *", "timezone": "UTC"}},
    {"key": "report", "type": "customerio.track_event", "config": {"userId": "ops", "event": "counted"}},
]
EDGES = ["by_hand>report", "hook>report", "nightly>report"]
PERSON = "ada@private.example"


@dataclass
class World:
    """A team and what it has. `people` and `tokens` are by role."""

    team: Team
    people: dict[Role, User]
    tokens: dict[Role, str]
    flow: Flow
    draft: Flow
    run: Run
    ended: Run
    connection: Connection
    spare: Connection
    endpoint: Endpoint
    delivery: TriggerInbox
    reported: TriggerInbox
    fire: ScheduleFire
    action: BulkAction
    link: str
    invitation: Invitation
    key: str
    shared: str
    graph: dict[str, Any] = field(default_factory=dict)

    def client(self, role: Role) -> Client:
        client = Client(headers={"accept": "text/html"})
        client.force_login(self.people[role])
        return client

    def step(self, node: str = "report") -> StepRun:
        return StepRun.objects.get(run=self.run, node=node)

    @property
    def gone(self) -> object:
        """The id of the flow that was deleted."""
        return Flow.objects.filter(team=self.team, name__startswith="Thrown away").earliest("pk").pk

    def values(self, route: str) -> dict[str, Any]:
        """What stands in the place of each parameter."""
        of_connection = "connections/" in route
        used = not of_connection or "events" in route
        return {
            "team": self.team.slug,
            "flow_id": self.gone if "flow_id>/restore" in route else self.flow.pk,
            "folder_id": Folder.objects.filter(team=self.team).earliest("pk").pk,
            "act_id": ManyAct.objects.filter(team=self.team).earliest("pk").pk,
            "run_id": self.ended.pk if route.endswith(("go-on/", "retry")) else self.run.pk,
            "step_id": self.step("by_hand" if "part" in route else "report").pk,
            "part": "output",
            "node": "report",
            "number": 1,
            "action_id": self.action.pk,
            "fire_id": self.fire.pk,
            "connection_id": self.connection.pk if used else self.spare.pk,
            "delivery_id": self.reported.pk if of_connection else self.delivery.pk,
            "endpoint_id": self.endpoint.pk,
            "token_id": ApiToken.objects.get(digest=digest(self.tokens[Role.VIEWER])).pk,
            "user_id": self.people[Role.VIEWER].pk,
            "invitation_id": self.invitation.pk,
            "token": self.link,
            "pk": 2**31 - 1,
            "secret": self.shared,
            "link_id": ShareLink.objects.get(digest=digest(self.shared)).pk,
            "path": self.endpoint.path,
            "name": "email_opened",
            "key": self.key if route.startswith("join/") else "customerio.track_event",
            "template": "r07_lead_in",
        }


def make_world(slug: str) -> World:
    """A new team with one of everything."""
    now = timezone.now()
    team = Team.objects.create(slug=slug, name=f"Team {slug}")
    people = {role: User.objects.create_user(f"{role}@{slug}.example", name=f"{role} of {slug}") for role in Role}
    for role, person in people.items():
        Member.objects.create(team=team, user=person, role=role)
    editor = people[Role.EDITOR]
    tokens = {role: make_token(team, people[Role.OWNER], role, f"{role} token") for role in Role}
    connection = save_connection(team, name="sandbox", secrets=SANDBOX_SECRETS, sandbox=True, by=people[Role.ADMIN])
    spare = save_connection(
        team, name="spare", integration="http", secrets={"token": f"token-of-{slug}"},
        options={"hosts": ["api.example.com"], "header": "", "test_url": ""}, by=people[Role.ADMIN],
    )  # fmt: skip
    drawn = graph(NODES, EDGES)
    flow = create_flow(team, f"Counting of {slug}", json.dumps(drawn), editor)
    endpoint = endpoint_of_trigger(flow, "hook", {"verify": "bearer"}, ["hook"])
    version = publish(flow, editor)
    flow.refresh_from_db()
    endpoint.refresh_from_db()
    delivery = _delivery(endpoint, now)
    run = start(version, cause=Cause.MANUAL, key="first", payload={"who": PERSON}, by=people[Role.OPERATOR])
    StepRun.objects.filter(run=run, node="report").update(state="unknown", started_at=now, sent_at=now, due_at=None)
    Run.objects.filter(pk=run.pk).update(state="waiting", attention=True)
    ended = start(version, cause=Cause.MANUAL, key="second", payload={"who": PERSON}, by=people[Role.OPERATOR])
    StepRun.objects.filter(run=ended, node="report").update(state="failed", started_at=now, ended_at=now, due_at=None)
    Run.objects.filter(pk=ended.pk).update(state="failed", ended_at=now)
    reported = _delivery(_reporting(connection), now)
    fire = ScheduleFire.objects.create(
        schedule=Schedule.objects.get(flow=flow), fire_at=now - timedelta(hours=3), outcome="missed"
    )
    AlertRule.objects.create(team=team, flow=flow, kinds=["failed"])
    action = freeze_runs(
        team, people[Role.OPERATOR], BulkKind.CANCEL, Run.objects.filter(team=team), words="all", key=f"of-{slug}"
    )
    _, shared = make(flow, Member.objects.get(team=team, user=editor), days=7)
    draft = create_flow(team, f"Half done of {slug}", by=editor)
    place(draft, f"Folder of {slug}")
    put_tags(draft, f"tag of {slug}")
    create_flow(team, f"Thrown away of {slug}", by=editor)
    many = [Flow.objects.get(team=team, name=f"Thrown away of {slug}")]
    carry_out(team, editor, Wanted(Verb.DELETE), many, f"by {slug}")
    for each in (run, ended, connection, spare):
        each.refresh_from_db()
    return World(
        team, people, tokens, flow, draft, run, ended, connection, spare, endpoint, delivery, reported, fire, action,
        make_link(people[Role.VIEWER]), *invite(team, people[Role.ADMIN], "admin", f"invited@{slug}.example", "viewer"),
        shared, drawn,
    )  # fmt: skip


def _reporting(connection: Connection) -> Endpoint:
    return endpoint_of_connection(connection)


def _delivery(endpoint: Endpoint, now: Any) -> TriggerInbox:
    return TriggerInbox.objects.create(
        endpoint=endpoint, dedupe_key="e:1", body=b'{"who": "ada"}', content_type="application/json", state="done",
        due_at=now, received_at=now,
    )  # fmt: skip


def digest_of(team: Team) -> dict[str, list[dict[str, Any]]]:
    """Every row that belongs to the team, table by table; what merely tells when somebody was last there is left out."""
    found = {}
    for model in _of_teams():
        rows = model._default_manager.filter(**{_road(model): team.pk}).order_by("pk").values()
        found[model.__name__] = [
            {name: value for name, value in row.items() if name not in ("used_at", "seen_at")} for row in rows
        ]
    return found


def _of_teams() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label not in _NOT_OURS and _road(model)]


_NOT_OURS = ("contenttypes", "auth", "sessions", "messages")


def _road(model: type[models.Model], depth: int = 4) -> str:
    """By which fields the team of a row is found: `run__flow__team`; "" when it belongs to none."""
    if model is Team:
        return "pk"
    for each in model._meta.concrete_fields:
        if each.remote_field and each.remote_field.model is Team:
            return f"{each.name}_id" if not each.primary_key else "pk"
    if depth:
        for each in model._meta.concrete_fields:
            target = each.remote_field.model if each.remote_field else None
            if isinstance(target, type) and target not in (model, User) and issubclass(target, models.Model):
                further = _road(target, depth - 1)
                if further:
                    return f"{each.name}__{further}"
    return ""
