"""The one table of who may do what: address, method, ability, and what those who have it are answered.

An address that is missing here fails the tests, and so does a row without an address. A method without a row is refused to all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helix.teams.roles import Ability, Role
from tests.integration.security.world import PERSON, World

SEE, OPERATE, EDIT, PUBLISH = Ability.SEE, Ability.OPERATE, Ability.EDIT, Ability.PUBLISH
CONNECT, ADMINISTER, OWN, SHARE = Ability.CONNECT, Ability.ADMINISTER, Ability.OWN, Ability.SHARE
Body = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """`ability`: None is open to everybody. `form` or `json`: what is sent."""

    ability: Ability | None
    status: int
    form: Body | None = None
    json: Body | None = None
    signed_out: int | None = (
        None  # of an address that belongs to no team: what a stranger without a session is answered
    )


def page(ability: Ability, status: int = 200) -> dict[str, Row]:
    return {"GET": Row(ability, status)}


def act(ability: Ability, status: int = 302, form: Body | None = None, json: Body | None = None) -> dict[str, Row]:
    return {"POST": Row(ability, status, form or (None if json else lambda world: {}), json)}


def draft(world: World) -> dict[str, Any]:
    return {"graph": world.graph, "base_revision": world.flow.revision}


def graph_and_node(world: World) -> dict[str, Any]:
    return {"graph": world.graph, "node": "report", "field": "userId"}


def document(world: World) -> dict[str, Any]:
    return {"document": {"helix": 1, "name": "Brought", "graph": world.graph}}


T, F, R = "t/<slug:team>/", "t/<slug:team>/flows/<uuid:flow_id>/", "t/<slug:team>/runs/<uuid:run_id>/"
M = T + "team/"
C = "t/<slug:team>/connections/<uuid:connection_id>/"
STEP = R + "steps/<uuid:step_id>/"

OPEN: dict[str, dict[str, Row]] = {
    "healthz": {"GET": Row(None, 200), "HEAD": Row(None, 200)},
    "metrics": {"GET": Row(None, 403)},  # asked by a public name and without the token; its own tests show who may
    "readyz": {"GET": Row(None, 200), "HEAD": Row(None, 200)},
    "": {"GET": Row(None, 302)},
    "sign-in/": {"GET": Row(None, 302, signed_out=200), "POST": Row(None, 302, lambda world: {}, signed_out=422)},
    "sign-in/code/": {"GET": Row(None, 302), "POST": Row(None, 302, lambda world: {"code": "123456"})},
    "sign-in/<str:token>/": {"GET": Row(None, 302)},
    "sign-out/": {"POST": Row(None, 302, lambda world: {})},
    "account/": {
        "GET": Row(None, 200, signed_out=302),
        "POST": Row(None, 302, lambda world: {"name": "New", "timezone": "UTC"}, signed_out=302),
    },
    "account/password/": {
        "POST": Row(None, 302, lambda world: {"new": "correct horse battery"}, signed_out=302),
    },
    "account/email/": {
        "POST": Row(None, 422, lambda world: {"email": "new@example.com"}, signed_out=302),
    },
    "account/email/<str:token>/": {
        "GET": Row(None, 410, signed_out=302),
        "POST": Row(None, 410, lambda world: {}, signed_out=302),
    },
    "account/sessions/<int:pk>/end/": {"POST": Row(None, 404, lambda world: {}, signed_out=302)},
    "account/sessions/end-others/": {"POST": Row(None, 302, lambda world: {})},
    "account/confirm/": {
        "GET": Row(None, 200, signed_out=302),
        "POST": Row(None, 422, lambda world: {"password": "wrong"}, signed_out=302),
    },
    "account/second-factor/": {
        "GET": Row(None, 200, signed_out=302),
        "POST": Row(None, 422, lambda world: {"code": "12"}, signed_out=302),
    },
    "account/second-factor/codes/": {"GET": Row(None, 302), "POST": Row(None, 302, lambda world: {})},
    "account/second-factor/off/": {"POST": Row(None, 302, lambda world: {})},
    "account/theme/": {"POST": Row(None, 302, lambda world: {"theme": "dark"})},
    "account/zone/": {"POST": Row(None, 204, lambda world: {"timezone": "Europe/Paris"}, signed_out=302)},
    "join/<str:key>/": {  # everybody of the world has another address than the invited person
        "GET": Row(None, 200),
        "POST": Row(
            None,
            403,
            lambda world: {"name": "N", "password": "correct horse battery", "timezone": "UTC"},
            signed_out=302,
        ),
    },
    "s/<str:secret>/": {"GET": Row(None, 200), "POST": Row(None, 302, lambda world: {})},
    "api/docs/": {"GET": Row(None, 200), "HEAD": Row(None, 200)},
    "api/v1/openapi.json": {"GET": Row(None, 200), "HEAD": Row(None, 200)},
    "h/<slug:team>/<str:path>": {"POST": Row(None, 401, json=lambda world: {"who": "ada"})},
}
"""Addresses that belong to no team's member: everybody is answered alike, or as one who is signed in or not."""

PAGES: dict[str, dict[str, Row]] = {
    "live/t/<slug:team>/runs/<uuid:run_id>": page(SEE),
    T + "templates/": page(SEE),
    T + "templates/<slug:template>/": page(SEE),
    T + "templates/<slug:template>/use/": act(EDIT),
    T + "templates/<slug:template>/remove/": {
        "POST": Row(EDIT, 404, lambda world: {})
    },  # one of Helix: nobody removes it
    T + "templates/save/<uuid:flow_id>/": page(EDIT) | act(EDIT, form=lambda world: {"title": "Ours"}),
    T + "flows/": page(SEE),
    T + "flows/new/": act(EDIT),
    T + "flows/import/": act(EDIT),
    F + "imported/": page(EDIT),
    T + "flows/jump/": page(SEE),
    T + "flows/deleted/": page(SEE),
    T + "flows/folders/": act(EDIT, form=lambda world: {"name": "New / Inner"}),
    T + "flows/folders/<uuid:folder_id>/rename/": act(EDIT, form=lambda world: {"name": "Renamed"}),
    T + "flows/folders/<uuid:folder_id>/delete/": act(EDIT),
    T + "flows/many/ask/": act(EDIT, 200, form=lambda world: {"act": "off", "flow": str(world.flow.pk)}),
    T + "flows/many/begin/": act(EDIT, form=lambda world: {"act": "off", "flow": str(world.flow.pk)}),
    T + "flows/many/<uuid:act_id>/": page(SEE),
    T + "flows/many/<uuid:act_id>/go-on/": act(EDIT),
    F + "filing/": {"GET": Row(EDIT, 200), "POST": Row(EDIT, 302, lambda world: {"folder": "A", "tags": "b"})},
    F + "duplicate/": act(EDIT),
    F + "restore/": act(PUBLISH),
    F + "switch/": act(PUBLISH, form=lambda world: {"on": "false"}),
    F + "name/": act(EDIT, form=lambda world: {"name": "Renamed"}),
    F + "delete/": act(PUBLISH),
    F: page(SEE),
    F + "draft/": {"PUT": Row(EDIT, 200, json=draft)},
    F + "check/": act(EDIT, 200, json=draft),
    F + "publish/": act(PUBLISH, 201, json=lambda world: {"note": "again"}),
    F + "enable/": act(PUBLISH, 200, json=lambda world: {"enabled": False}),
    F + "rename/": act(EDIT, 200, json=lambda world: {"name": "Renamed"}),
    F + "versions/": page(SEE),
    F + "changes/": page(SEE),
    F + "versions/<int:number>/": page(SEE),
    F + "export/": page(EDIT),
    F + "run/": act(OPERATE, 202, json=lambda world: {"input": {}}),
    F + "test/": act(OPERATE, 202, json=lambda world: {"entry": "by_hand", "dry": True}),
    F + "samples/": page(OPERATE),
    F + "pins/": act(EDIT, 200, json=lambda world: {"node": "report", "sample": {"id": 1}}),
    F + "result/<uuid:run_id>/<str:node>/": page(OPERATE),
    F + "presence/": act(SEE, 200, json=lambda world: {"tab": "t1", "node": "report"}),
    F + "start/": {"GET": Row(OPERATE, 200), "POST": Row(OPERATE, 302, lambda world: {})},
    F + "inspector/": act(SEE, 200, json=graph_and_node),
    F + "data/": act(EDIT, 200, json=graph_and_node),
    F + "webhook/": act(EDIT, 200, json=lambda world: {"node": "hook", "act": "reveal"}),
    F + "choices/": page(EDIT),
    F + "last/": page(SEE),
    F + "share/": page(SHARE),
    F + "share/who/": act(SHARE, form=lambda world: {"who": "team"}),
    F + "share/people/": act(SHARE, form=lambda world: {"user": str(world.people[Role.VIEWER].pk), "level": "run"}),
    F + "share/links/": act(SHARE, 200, form=lambda world: {"shows": "published", "days": "7"}),
    F + "share/links/<uuid:link_id>/revoke/": act(SHARE),
    F + "share/allow/": act(ADMINISTER, form=lambda world: {"on": "true"}),
    T + "runs/": page(SEE),
    T + "runs/search/": act(SEE, form=lambda world: {"text": "state:failed"}),
    T + "runs/person/": act(OPERATE, form=lambda world: {"person": PERSON}),
    T + "runs/many/": page(SEE),
    T + "runs/many/ask/": act(OPERATE, 200, form=lambda world: {"act": "cancel", "run": str(world.run.pk)}),
    T + "runs/many/begin/": act(OPERATE, form=lambda world: {"act": "cancel", "run": str(world.run.pk)}),
    T + "runs/many/<uuid:action_id>/": page(SEE),
    T + "runs/many/<uuid:action_id>/stop/": act(OPERATE),
    T + "runs/attention/": page(SEE),
    T + "runs/attention/count/": page(SEE),
    T + "runs/attention/answer/": act(
        OPERATE, form=lambda world: {"flow": str(world.flow.pk), "node": "report", "answer": "skip"}
    ),
    R: page(SEE),
    R + "timeline/": page(SEE),
    R + "state.json": page(SEE),
    STEP: page(SEE),
    STEP + "<str:part>.json": page(OPERATE),
    STEP + "resolve/": act(OPERATE, form=lambda world: {"answer": "skip"}),
    STEP + "approve/": act(OPERATE, form=lambda world: {"answer": "approve"}),
    R + "cancel/": act(OPERATE),
    R + "again/": act(OPERATE),
    R + "newest/": act(OPERATE),
    R + "go-on/": act(OPERATE),
    T + "second-factor/": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 302, lambda world: {"on": "true"}),
    },
    T + "schedule/": page(SEE),
    T + "schedule/fires/<int:fire_id>/run/": act(OPERATE),
    T + "schedule/pause/": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 302, lambda world: {"reason": "a test"}),
    },
    T + "schedule/resume/": act(ADMINISTER),
    T + "insights/": page(SEE),
    T + "insights/flow/<uuid:flow_id>/": page(SEE),
    T + "alerts/": page(SEE),
    T + "alerts/settings/": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 302, lambda world: {"kinds": "failed", "late": "15"}),
    },
    T + "alerts/settings/<uuid:flow_id>/": {
        "GET": Row(PUBLISH, 200),
        "POST": Row(PUBLISH, 302, lambda world: {"kinds": "failed", "late": "15"}),
    },
    T + "alerts/settings/<uuid:flow_id>/as-team/": act(PUBLISH),
    T + "alerts/test/": act(PUBLISH, form=lambda world: {"flow": str(world.flow.pk)}),
    T + "connections/": page(SEE),
    T + "connections/connect/": act(
        CONNECT,
        form=lambda world: {"name": "fresh", "region": "us", "site_id": "site-1", "track_key": "key-1"},
    ),
    T + "connections/sandbox/": act(CONNECT),
    C + "change/": act(CONNECT, form=lambda world: {"way": "bearer", "hosts": "api.example.com", "token": "another"}),
    C + "test/": act(CONNECT),
    C + "rotation/": act(CONNECT, form=lambda world: {"act": "discard"}),
    C + "grants/": act(CONNECT, form=lambda world: {"limited": "1"}),
    C + "caps/": act(CONNECT, form=lambda world: {"calls": "5"}),
    C + "remove/": act(CONNECT),
    C + "events/": act(CONNECT),
    C + "events/<uuid:delivery_id>/again/": act(OPERATE),
    M: page(SEE),
    M + "leave/": act(SEE),
    M + "export/": act(ADMINISTER, 200),
    M + "members/<uuid:user_id>/role/": act(ADMINISTER, form=lambda world: {"role": "operator"}),
    M + "members/<uuid:user_id>/remove/": act(ADMINISTER),
    M + "invitations/": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 200, lambda world: {"email": "new@private.example", "role": "viewer"}),
    },
    M + "invitations/<uuid:invitation_id>/again/": act(ADMINISTER, 200),
    M + "invitations/<uuid:invitation_id>/withdraw/": act(ADMINISTER),
    M + "tokens/": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 200, lambda world: {"name": "more", "role": "viewer", "days": "30"}),
    },
    M + "tokens/<uuid:token_id>/revoke/": act(ADMINISTER),
    M + "privacy/": page(ADMINISTER),
    M + "privacy/days/": act(ADMINISTER, form=lambda world: {"good": "15", "failed": "30", "runs": "400"}),
    M + "privacy/person/": act(ADMINISTER, 200, form=lambda world: {"person": PERSON}),
    M + "settings/": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 302, lambda world: {"name": "Renamed"}),
    },
    M + "settings/publishing/": act(ADMINISTER, form=lambda world: {"two": "yes"}),
    M + "settings/another/": act(ADMINISTER, form=lambda world: {"name": "Another"}),
    M + "settings/hand-over/": act(OWN, form=lambda world: {"member": str(world.people[Role.ADMIN].pk)}),
    M + "settings/delete/": act(OWN, form=lambda world: {"typed": world.team.name}),
    T + "audit/": page(ADMINISTER),
    T + "audit/export/": act(ADMINISTER, 200),
    T + "catalogue/": page(SEE),
    T + "catalogue/events/<slug:name>/": page(SEE),
    T + "catalogue/<str:key>/": page(SEE),
    T + "sandbox/": page(OPERATE),
    T + "sandbox/requests/": page(OPERATE),
    T + "sandbox/faults/": act(OPERATE),
    T + "sandbox/behaviour/": act(OPERATE),
    T + "sandbox/reset/": act(OPERATE),
    T + "sandbox/clear/": act(OPERATE),
    T + "sandbox/webhook/": act(OPERATE),
}
"""Pages and acts of a team's members. Without the ability: 403; from another team: 404; signed out: to the door, and back."""

A = "api/v1/"
AF, AR = A + "flows/<uuidstr:flow_id>", A + "runs/<uuidstr:run_id>"
AC, AE = A + "connections/<uuidstr:connection_id>", A + "endpoints/<uuidstr:endpoint_id>/deliveries"
CALLS: dict[str, dict[str, Row]] = {
    A + "catalog": page(SEE),
    A + "check": act(SEE, 200, json=lambda world: {"graph": world.graph}),
    A + "flows": {"GET": Row(SEE, 200), "POST": Row(EDIT, 201, json=lambda world: {"name": "Made"})},
    A + "flows/import": act(EDIT, 201, json=document),
    AF: {
        "GET": Row(SEE, 200),
        "PATCH": Row(EDIT, 200, json=lambda world: {"name": "Renamed"}),
        "DELETE": Row(PUBLISH, 204),
    },
    A + "flows/deleted": page(SEE),
    AF + "/restore": act(PUBLISH, 200, json=lambda world: {}),
    AF + "/duplicate": act(EDIT, 201, json=lambda world: {}),
    AF + "/draft": {"PUT": Row(EDIT, 200, json=draft)},
    AF + "/publish": act(PUBLISH, 201, json=lambda world: {"note": ""}),
    AF + "/versions": page(SEE),
    AF + "/versions/<int:number>/restore": act(EDIT, 200, json=lambda world: {}),
    AF + "/diff": page(SEE),
    AF + "/enable": act(PUBLISH, 200, json=lambda world: {}),
    AF + "/disable": act(PUBLISH, 200, json=lambda world: {}),
    AF + "/export": page(SEE),
    AF + "/runs": act(OPERATE, 202, json=lambda world: {"input": {}}),
    A + "runs": page(SEE),
    AR: page(OPERATE),
    AR + "/steps": page(OPERATE),
    AR + "/steps/<uuidstr:step_id>": page(OPERATE),
    AR + "/steps/<uuidstr:step_id>/values/<part>": page(OPERATE),
    AR + "/steps/<uuidstr:step_id>/resolve": act(OPERATE, 200, json=lambda world: {"answer": "skip"}),
    AR + "/events": page(SEE),
    AR + "/cancel": act(OPERATE, 200, json=lambda world: {}),
    AR + "/retry": act(OPERATE, 202, json=lambda world: {}),
    A + "connections": {
        "GET": Row(SEE, 200),
        "POST": Row(
            CONNECT, 201, json=lambda world: {"name": "fresh", "secrets": {"site_id": "site-1", "track_key": "key-1"}}
        ),
    },
    AC: {
        "GET": Row(SEE, 200),
        "PATCH": Row(CONNECT, 200, json=lambda world: {"secrets": {"token": "another"}}),
        "DELETE": Row(CONNECT, 204),
    },
    AC + "/test": act(CONNECT, 200, json=lambda world: {}),
    A + "schedule": page(SEE),
    A + "endpoints": page(OPERATE),
    AE: page(OPERATE),
    AE + "/<uuidstr:delivery_id>/replay": act(OPERATE, 202, json=lambda world: {}),
    A + "pause": {
        "GET": Row(SEE, 200),
        "POST": Row(ADMINISTER, 200, json=lambda world: {"reason": "a test"}),
        "DELETE": Row(ADMINISTER, 200),
    },
    A + "audit": page(ADMINISTER),
    A + "team": page(SEE),
    A + "team/members": page(ADMINISTER),
    A + "team/members/<uuidstr:user_id>": {
        "PATCH": Row(ADMINISTER, 200, json=lambda world: {"role": "operator"}),
        "DELETE": Row(ADMINISTER, 204),
    },
    A + "team/invitations": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 201, json=lambda world: {"email": "new@private.example", "role": "viewer"}),
    },
    A + "team/invitations/<uuidstr:invitation_id>": {"DELETE": Row(ADMINISTER, 204)},
    A + "team/invitations/<uuidstr:invitation_id>/renew": act(ADMINISTER, 200, json=lambda world: {}),
    A + "tokens": {
        "GET": Row(ADMINISTER, 200),
        "POST": Row(ADMINISTER, 201, json=lambda world: {"name": "more", "role": "viewer"}),
    },
    A + "tokens/<uuidstr:token_id>": {"DELETE": Row(ADMINISTER, 204)},
}
"""Calls of the REST API. Without a token: 401; the token's role does not reach: 403; another team's token: 404 for a thing."""

NO_ADDRESS = {"api/v1/"}
"""The root of the API answers nobody: there is no method there."""
