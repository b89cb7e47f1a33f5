"""What a person enters once: the region and up to three kinds of keys. And trying them: which work, and where.

https://docs.customer.io/integrations/api/customerio-apis.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from integrations.customerio.apis import APP, DOCS, PIPELINES, TRACK
from integrations.kit.action import Action, Api
from integrations.kit.auth import Credentials, Region
from integrations.kit.call import Call, Get, Post
from integrations.kit.client import Client, send
from integrations.kit.errors import CallError, Refused, Unauthorized
from integrations.kit.families import Family, ProbeResult
from integrations.kit.shape import Output, Shape, need

__all__ = ["FAMILIES", "FAMILY_SECRETS", "Family", "ProbeResult", "probe"]

PROBE_SECONDS = 15.0
OTHER: Mapping[Region, Region] = {"us": "eu", "eu": "us"}


FAMILIES = (
    Family(
        "track",
        "Track API key",
        "To suppress and unsubscribe people. In Customer.io: Settings → API credentials → Track API keys.",
        {"site_id": "Site ID", "track_key": "Track API key"},
    ),
    Family(
        "app",
        "App API key",
        "To read the workspace and trigger broadcasts. In Customer.io: Settings → API credentials → App API keys.",
        {"app_key": "App API key"},
    ),
    Family(
        "pipelines",
        "Pipelines API key",
        "To identify people and track events. In Customer.io: Integrations → your source → Settings.",
        {"pipelines_key": "Pipelines API key"},
    ),
)

FAMILY_SECRETS: Mapping[str, tuple[str, ...]] = MappingProxyType({f.key: tuple(f.secrets) for f in FAMILIES})
"""The secrets each family needs, by family."""


class _Found(Output):
    region: str = need("Region", "us or eu.")


def _probe(api: Api, call: Call, output: type[Output] = Output) -> Action:
    return Action(
        key=f"customerio.probe_{api.name}",
        slug="",
        title="Test connection",
        help="Tries a key without changing anything.",
        family="workspace",
        icon="plug",
        api=api,
        call=call,
        input=Shape,
        output=output,
        docs=f"{DOCS}/",
    )


_TRACK = replace(_probe(TRACK, Get("/api/v1/accounts/region"), _Found), api=replace(TRACK, must_answer_json=True))
_APP = (_probe(APP, Get("/v1/workspaces")), _probe(APP, Get("/v1/segments")))
_PIPELINES = _probe(PIPELINES, Post("/v1/identify"))


def probe(credentials: Credentials, client: Client) -> list[ProbeResult]:
    """Try every kind of key the connection holds; half a kind (a Site ID alone) is told too. Writes nothing."""
    results = []
    for family in FAMILIES:
        held = [name for name in family.secrets if credentials.has(name)]
        if not held:
            continue
        if len(held) < len(family.secrets):
            missing = next(words for name, words in family.secrets.items() if name not in held)
            words = f"The {missing} is missing, so the Track API cannot be used."
            results.append(ProbeResult(family.key, False, words, "Enter both, or clear both."))
            continue
        results.append(_try(family, credentials, client))
    return results


def _try(family: Family, credentials: Credentials, client: Client) -> ProbeResult:
    """Try a key where the connection says it lives; when it is refused there, see whether the other region takes it."""
    here = credentials.region
    try:
        found = _ask(family.key, credentials, client)
    except Unauthorized as refused:
        elsewhere = (
            None if credentials.base_url else _accepts(family.key, replace(credentials, region=OTHER[here]), client)
        )
        if elsewhere:
            return _wrong_region(family, here, elsewhere)
        return ProbeResult(family.key, False, refused.message, refused.hint)
    except CallError as error:
        return ProbeResult(family.key, False, error.message, error.hint)
    if found != here and not credentials.base_url:
        return _wrong_region(family, here, found)
    return ProbeResult(family.key, True, f"The {family.title} works.", "", found)


def _wrong_region(family: Family, here: Region, found: Region) -> ProbeResult:
    words = f"The {family.title} belongs to the {found.upper()} region, but the connection says {here.upper()}."
    return ProbeResult(family.key, False, words, f"Set the region of the connection to {found.upper()}.", found)


def _accepts(family: str, credentials: Credentials, client: Client) -> Region | None:
    try:
        return _ask(family, credentials, client)
    except CallError:
        return None


def _ask(family: str, credentials: Credentials, client: Client) -> Region:
    """The region in which the key works, or the CallError that says why it does not."""

    def go(action: Action) -> Mapping[str, object]:
        reply = send(action, {}, credentials, client=client, idempotency_key="", timeout_seconds=PROBE_SECONDS)
        return reply.data

    if family == "track":
        return "eu" if go(_TRACK).get("region") == "eu" else "us"
    if family == "app":
        try:
            go(_APP[0])
        except Unauthorized as refused:
            if refused.status != 403:  # a key whose scope leaves out workspaces may still read segments
                raise
            go(_APP[1])
        return credentials.region
    try:
        go(_PIPELINES)
    except Refused as refused:  # strict mode and no person: 400 means the key is good, and nothing was written
        if refused.status not in (400, 422):
            raise
    return credentials.region
