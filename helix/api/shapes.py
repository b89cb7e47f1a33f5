"""What the REST API takes and gives."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, JsonValue


class GraphIn(Schema):
    graph: JsonValue


class Problems(Schema):
    problems: list[dict[str, Any]]


class FlowIn(Schema):
    name: str = Field(max_length=200)
    graph: JsonValue = None


class FlowChange(Schema):
    name: str = Field(max_length=200)


class DraftIn(Schema):
    graph: JsonValue
    base_revision: int


class DraftOut(Problems):
    revision: int


class PublishIn(Schema):
    note: str = Field(default="", max_length=2000)


class VersionOut(Schema):
    version: UUID
    number: int


class VersionRow(Schema):
    id: UUID
    number: int
    note: str
    created_at: datetime


class FlowRow(Schema):
    id: UUID
    name: str
    enabled: bool
    revision: int
    published: int | None
    edited_at: datetime


class FlowOut(FlowRow):
    graph: JsonValue
    problems: list[dict[str, Any]]


class FlowPage(Schema):
    items: list[FlowRow]
    next: str | None


class RunIn(Schema):
    input: dict[str, JsonValue] = Field(default_factory=dict)
    version: int | Literal["draft"] | None = None
    mode: Literal["live"] = "live"
    wait_seconds: float = Field(default=0, ge=0, le=60)


class AttemptOut(Schema):
    number: int
    outcome: str
    started_at: datetime
    ended_at: datetime
    exchanges: list[dict[str, Any]]
    error: dict[str, Any] | None


class StepOut(Schema):
    id: UUID
    key: str
    item: str
    state: str
    port: str
    input: JsonValue
    output: JsonValue = Field(description='Large values are {"$large": {kind, count, size, preview, url}}.')
    explanation: str
    due_at: datetime | None
    attempts: list[AttemptOut]


class RunRow(Schema):
    id: UUID
    flow: UUID
    version: int | None
    state: str
    attention: bool
    cause: str
    message: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class RunOut(RunRow):
    removed_at: datetime | None = Field(description="When its data were removed; its states stay.")
    payload: JsonValue
    steps: list[StepOut]


class RunPage(Schema):
    items: list[RunRow]
    next: str | None


class ChangeOut(Schema):
    """One difference between two graphs; kinds “moved”, “renamed” and “note” change nothing in a run."""

    kind: str
    sentence: str
    node: str | None
    field: str | None
    before: JsonValue
    after: JsonValue


class DiffIn(Schema):
    """Two sides: the number of a version, “draft” or “published”."""

    source: str = Field("published", alias="from")
    to: str = "draft"


class DiffOut(Schema):
    changes: list[ChangeOut]


class ResolveIn(Schema):
    """The answer about a call in doubt (arrived, again, skip), or to an approval (approve, reject)."""

    answer: Literal["arrived", "again", "skip", "approve", "reject"]
    comment: str = ""


class RetryIn(Schema):
    """`from`: the step to begin at; left out: what failed or was not reached."""

    start_at: str | None = Field(None, alias="from")


class Secrets(Schema):
    """Keys of a Customer.io connection, by the family that needs them."""

    site_id: str = ""
    track_key: str = ""
    app_key: str = ""
    pipelines_key: str = ""


class ConnectionIn(Schema):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)
    region: Literal["us", "eu"] = "us"
    secrets: Secrets = Field(description="Write-only.")


class ConnectionChange(Schema):
    region: Literal["us", "eu"] | None = None
    secrets: Secrets = Field(default_factory=Secrets)


class ConnectionOut(Schema):
    id: UUID
    name: str
    integration: str
    region: str
    sandbox: bool
    families: list[str]
    state: str
    notice: str


class ProbeOut(Schema):
    family: str
    ok: bool
    message: str
    hint: str
