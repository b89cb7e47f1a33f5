"""The demo team: an owner, a connection to the sandbox, example flows, and a few runs of them. Made once, never overwritten."""

from pathlib import Path

from django.db import transaction

from helix.connections.keeping import save_connection
from helix.connections.sandboxed import SANDBOX_SECRETS
from helix.flows.drafts import create_flow
from helix.flows.models import Flow
from helix.teams.models import Member, Team, User
from helix.teams.roles import Role
from helix.triggers.byhand import start_by_hand
from helix.triggers.endpoints import endpoint_of_connection
from helix.triggers.publish import publish

__all__ = ["OWNER_EMAIL", "SANDBOX_SECRETS", "example"]

OWNER_EMAIL = "owner@demo.example"
EXAMPLES = {
    "segment_watch": "Nightly segment watch",
    "new_lead": "New lead",
    "deliverability": "Weekly deliverability numbers",
    "gone_segment": "A flow that fails (look why)",
}
FIRST_RUNS: tuple[tuple[str, dict[str, str]], ...] = (
    ("segment_watch", {}),
    ("new_lead", {"email": "ada@example.com", "first_name": "Ada", "company": "analytical-engines"}),
    ("new_lead", {"email": "grace@example.com"}),
    ("deliverability", {}),
    ("gone_segment", {}),
)


def example(name: str) -> str:
    """The graph of an example flow, as JSON text."""
    return (Path(__file__).parent / "examples" / f"{name}.json").read_text()


@transaction.atomic
def make_demo() -> User:
    """The demo team with its owner; what exists already is left as it is. Returns the owner."""
    team = Team.objects.filter(slug="demo").first()
    if team is not None:
        return User.objects.get(pk=Member.objects.filter(team=team, role=Role.OWNER).order_by("pk").values("user")[:1])
    owner = User.objects.filter(email=OWNER_EMAIL).first() or User.objects.create_user(OWNER_EMAIL, name="Demo owner")
    team = Team.objects.create(slug="demo", name="Demo team")
    Member.objects.create(team=team, user=owner, role=Role.OWNER)
    sandbox = save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True, by=owner)
    endpoint_of_connection(sandbox)
    flows: dict[str, Flow] = {}
    for name, title in EXAMPLES.items():
        flows[name] = create_flow(team, title, example(name), owner)
        publish(flows[name], owner, "First version")
        flows[name].refresh_from_db()
    for name, values in FIRST_RUNS:
        start_by_hand(flows[name], values, draft=False, by=owner)
    return owner
