"""What the REST API takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, JsonValue


class GraphIn(Schema):
    graph: JsonValue = Field(examples=[{"format": 1, "nodes": [], "edges": [], "notes": []}])


class Problems(Schema):
    problems: list[dict[str, Any]]


class FlowIn(Schema):
    name: str = Field(max_length=200, examples=["New leads"])
    graph: JsonValue = None


class DraftIn(Schema):
    graph: JsonValue = Field(examples=[{"format": 1, "nodes": [], "edges": [], "notes": []}])
    base_revision: int | None = Field(None, ge=0, description="What you changed; or send it as `If-Match`.")


class DraftOut(Problems):
    revision: int


class PublishIn(Schema):
    note: str = Field(default="", max_length=2000)
    confirm: str = Field(
        default="",
        max_length=200,
        description="The flow's name, when the flow triggers a broadcast: it cannot be recalled.",
    )


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
    folder: str | None
    tags: list[str]


class FlowOut(FlowRow):
    graph: JsonValue
    problems: list[dict[str, Any]]


class ExpressionOut(Schema):
    place: str
    was: str
    now: str = Field(description="In Liquid; empty when it is to be written anew.")


class NodeOfN8nOut(Schema):
    node: str
    was: str
    fate: Literal["step", "placeholder", "note", "left out"]
    became: str
    key: str
    why: str
    words: str
    remarks: list[str]
    expressions: list[ExpressionOut]


class N8nReportOut(Schema):
    """What became of each node of a workflow of n8n."""

    summary: str
    remarks: list[str]
    nodes: list[NodeOfN8nOut]


class TakenInOut(FlowOut):
    report: N8nReportOut | None = Field(description="For a workflow of n8n; else null.")


class FlowPage(Schema):
    items: list[FlowRow]
    next: str | None


class RunIn(Schema):
    input: dict[str, JsonValue] = Field(default_factory=dict, examples=[{"email": "ada@example.com"}])
    version: int | Literal["draft"] | None = None
    mode: Literal["live", "dry"] = Field(
        default="live", description="A dry run sends nothing out: calls go to the sandbox."
    )
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
    dry: bool
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
    """Keys, by what needs them. Customer.io: the first four. HTTP: those of one way (bearer, basic, header).
    Any other integration: the names of its own."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[str, Field(max_length=4096)]] = Field(init=False)
    site_id: str = Field(default="", max_length=512)
    track_key: str = Field(default="", max_length=512)
    app_key: str = Field(default="", max_length=512, examples=["your-app-api-key"])
    pipelines_key: str = Field(default="", max_length=512)
    token: str = Field(default="", max_length=4096)
    user: str = Field(default="", max_length=512)
    password: str = Field(default="", max_length=512)
    header_value: str = Field(default="", max_length=4096)


class HttpOptions(Schema):
    """Of a connection to any HTTP service: how it is told who calls, where the key may go, an address to test it at."""

    model_config = ConfigDict(extra="forbid")
    way: Literal["bearer", "basic", "header"] = "bearer"
    header: str = Field(default="", max_length=64, examples=["X-Api-Key"])
    hosts: list[str] = Field(default_factory=list, max_length=100, examples=[["api.example.com"]])
    test_url: str = Field(default="", max_length=2000, examples=["https://api.example.com/me"])


class ConnectionIn(Schema):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64, examples=["production"])
    integration: str = Field(
        "customerio",
        max_length=64,
        description="A key of the integrations: customerio, http, or one with actions of its own.",
    )
    region: Literal["us", "eu"] = "us"
    secrets: Secrets = Field(description="Write-only.")
    http: HttpOptions | None = None


class ConnectionChange(Schema):
    region: Literal["us", "eu"] | None = None
    secrets: Secrets = Field(default_factory=Secrets, description="Write-only; what is left out stays.")
    http: HttpOptions | None = None


class ConnectionOut(Schema):
    id: UUID
    name: str
    integration: str
    region: str
    sandbox: bool
    families: list[str]
    state: str
    notice: str
    http: HttpOptions | None = None


class ProbeOut(Schema):
    family: str
    ok: bool
    message: str
    hint: str


class DocumentOut(Schema):
    helix: int
    name: str
    graph: JsonValue
    connections: list[dict[str, str | None]]
    folder: str | None = None
    tags: list[str] = Field(default_factory=list)


class ImportIn(Schema):
    document: JsonValue = Field(
        description="What an export gave, a bare graph, or a workflow that n8n has exported.",
        examples=[{"helix": 1, "name": "New leads", "graph": {"format": 1, "nodes": [], "edges": []}}],
    )
    name: str | None = Field(None, max_length=200)


class SpanIn(Schema):
    source: datetime | None = Field(None, alias="from")
    to: datetime | None = None


class FireOut(Schema):
    """One instant of a schedule: planned, fired, late, skipped, queued or missed."""

    flow: UUID
    flow_name: str
    node: str
    at: datetime
    outcome: str
    note: str
    run: UUID | None


class FiresOut(Schema):
    items: list[FireOut]
    cut: bool = Field(description="Whether there are more: ask for a shorter span.")


class EndpointOut(Schema):
    id: UUID
    url: str
    flow: UUID | None
    node: str
    connection: UUID | None
    verify: str
    armed: bool


class DeliveryOut(Schema):
    id: UUID
    state: str
    note: str
    run_id: UUID | None
    begun: int
    purged: bool
    content_type: str
    received_at: datetime


class DeliveryPage(Schema):
    items: list[DeliveryOut]
    next: str | None


class ReplayOut(Schema):
    runs: list[UUID]


class StepType(Schema):
    """A type of step, with what it takes and gives as JSON Schema."""

    type: str
    title: str
    help: str
    kind: str
    family: str | None
    integration: str | None
    key_family: str | None
    effect: str
    destructive: bool
    deprecated: str | bool | None
    input: dict[str, JsonValue]
    output: dict[str, JsonValue]


class Catalog(Schema):
    steps: list[StepType]


class EventsOut(Schema):
    """What changed in a run after `after`; ask again with `seq`."""

    seq: int
    state: str
    steps: list["StepEvent"]


class StepEvent(Schema):
    id: UUID
    seq: int
    key: str
    item: str
    state: str
