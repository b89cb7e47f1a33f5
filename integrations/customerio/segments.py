"""Segments: which there are, what they are, and who is in them."""

from __future__ import annotations

from typing import Annotated, Literal

from integrations.customerio.apis import APP, DOCS
from integrations.kit.action import Action
from integrations.kit.call import Get
from integrations.kit.pages import Paged, Paging
from integrations.kit.shape import Listed, Output, Shape, Whole, may, need


class Segment(Output):
    id: int = need("Segment number", "Number of the segment.")
    deduplicate_id: str = may("Deduplicate id", "Changes whenever the segment changes.")
    name: str = may("Name", "Name of the segment.")
    description: str | None = may("Description", "What it is for.")
    state: str = may("State", "events, build, events_queued, build_queued or finished.")
    progress: int | None = may("Progress", "Percentage built, while it is not finished.")
    type: str = may("Type", "dynamic or manual.")
    tags: Annotated[list[str], Listed] = may("Tags", "Its tags.")
    created_at: int = may("Created", "In Unix seconds.")
    updated_at: int = may("Updated", "In Unix seconds.")


class Segments(Output):
    segments: Annotated[list[Segment], Listed] = need("Segments", "Every segment of the workspace.")


get_segments = Action(
    key="customerio.get_segments",
    slug="CUSTOMERIO_GET_SEGMENTS",
    title="List segments",
    help="Gives every segment of the workspace.",
    family="segments",
    icon="layers",
    api=APP,
    call=Get("/v1/segments"),
    input=Shape,
    output=Segments,
    docs=f"{DOCS}/app/tag/segments/listSegments/",
)


class GetSegmentInput(Shape):
    segment_id: Whole = need(
        "Segment",
        "Number of the segment: from “List segments”, or on its page in Customer.io.",
        examples=[7],
        choices="segments",
        ge=1,
    )


class SegmentDetails(Output):
    segment: Segment = need("Segment", "The segment.")


get_segment_details = Action(
    key="customerio.get_segment_details",
    slug="CUSTOMERIO_GET_SEGMENT_DETAILS",
    title="Get segment",
    help="Gives one segment: its name, kind, tags, and whether it is built.",
    family="segments",
    icon="tag",
    api=APP,
    call=Get("/v1/segments/{segment_id}"),
    input=GetSegmentInput,
    output=SegmentDetails,
    advice={
        404: "Choose a segment of this workspace: this number belongs to none, or the key is of another workspace."
    },
    docs=f"{DOCS}/app/tag/segments/getSegment/",
)


class GetSegmentMembershipInput(Paged, GetSegmentInput):
    limit: Whole = may(
        "People per page",
        "How many to fetch at a time.",
        examples=[100],
        unit="people",
        more={"default": 1000},
        ge=1,
        le=30_000,
    )
    sort: Literal["asc", "desc"] = may(  # not in the official list of parameters: sent only when chosen
        "Order",
        "asc for oldest first, desc for newest first.",
        advanced=True,
        more={"default": "asc"},
    )


class Identifiers(Output):
    id: str | None = may("Id", "Id in your system.")
    email: str | None = may("Email", "Email address; absent in workspaces that do not identify by email.")
    cio_id: str | None = may("cio_id", "Customer.io's own id.")


class Membership(Output):
    segment_id: int = may("Segment number", "Number of the segment.")
    identifiers: Annotated[list[Identifiers], Listed] = may("People", "The people, by identifiers.")
    ids: Annotated[list[str | None], Listed] = may("Ids", "Person ids; empty text for people without one.")
    next: str | None = may("Next page", "Where to go on; empty after the last page.")


get_segment_membership = Action(
    key="customerio.get_segment_membership",
    slug="CUSTOMERIO_GET_SEGMENT_MEMBERSHIP",
    title="List people in segment",
    help="Gives the people who are in a segment, a page at a time or all. Changes show up seconds to minutes later.",
    family="segments",
    icon="users-round",
    api=APP,
    call=Get("/v1/segments/{segment_id}/membership"),
    input=GetSegmentMembershipInput,
    output=Membership,
    pagination=Paging(lists=("identifiers", "ids"), follow_size=10_000),
    advice=get_segment_details.advice,
    docs=f"{DOCS}/app/tag/segments/getSegmentMembership/",
)

SEGMENTS = (get_segments, get_segment_details, get_segment_membership)
