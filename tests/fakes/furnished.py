"""A script for an installation apart: a team, a connection to the sandbox, a published flow, and a token of each role."""

GRAPH = {
    "format": 1,
    "nodes": [
        {"key": "go", "type": "trigger.manual", "name": "Go", "position": {"x": 0, "y": 0},
         "config": {"fields": [{"name": "email", "label": "E-mail", "type": "text", "required": True}]}},
        {"key": "track", "type": "customerio.track_event", "name": "Track", "position": {"x": 0, "y": 140},
         "connection": "sandbox", "config": {"userId": {"$liquid": "{{ trigger.email }}"}, "event": "called"}},
    ],
    "edges": [{"source": "go", "port": "next", "target": "track"}],
    "notes": [],
}  # fmt: skip
TO_ALL = {
    "format": 1,
    "nodes": [
        {"key": "go", "type": "trigger.manual", "name": "Go", "position": {"x": 0, "y": 0}, "config": {"fields": []}},
        {"key": "send", "type": "customerio.trigger_broadcast", "name": "Send to all", "position": {"x": 0, "y": 140},
         "connection": "sandbox", "config": {"broadcast_id": 1, "emails": ["ada@example.com"]}},
    ],
    "edges": [{"source": "go", "port": "next", "target": "send"}],
    "notes": [],
}  # fmt: skip
MAKE = f"""
import json
from helix.connections.keeping import save_connection
from helix.demo import SANDBOX_SECRETS
from helix.flows.drafts import create_flow
from helix.teams.keys import make_token
from helix.teams.models import Member, Team, User
from helix.teams.roles import Role
from helix.triggers.publish import publish, set_enabled
team = Team.objects.create(slug="demo", name="Demo")
ada = User.objects.create_user("ada@demo.example")
Member.objects.create(team=team, user=ada, role=Role.OWNER)
save_connection(team, name="sandbox", region="us", secrets=SANDBOX_SECRETS, sandbox=True)
flow = create_flow(team, "Greet a lead", json.dumps({GRAPH!r}), ada)
publish(flow, ada, "")
set_enabled(flow, True)
to_all = create_flow(team, "Write to all", json.dumps({TO_ALL!r}), ada)
publish(to_all, ada, "")
set_enabled(to_all, True)
print(json.dumps({{role.value: make_token(team, ada, role, "t") for role in Role}} | {{"flow": str(flow.pk), "to_all": str(to_all.pk)}}))
"""
