"""Shapes of finding and filing flows over the REST API: filters of the list, and what of a flow can be changed at once."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field


class FlowChange(Schema):
    """What is left out stays as it is."""

    name: str | None = Field(None, max_length=200, examples=["New leads, Europe"])
    folder: str | None = Field(
        None, max_length=130, description="“Folder” or “Folder / Sub”; null is the top.", examples=["Sales / Europe"]
    )
    tags: list[Annotated[str, Field(max_length=200)]] | None = Field(
        None, max_length=100, description="All tags of the flow: at most 20 of 40 characters.", examples=[["daily"]]
    )


class FlowsWanted(Schema):
    """Filters of the list of flows."""

    q: str = Field(default="", max_length=100, description="Words in names, tags, folders, steps or connections.")
    state: Literal["on", "off", "published", "draft", "problems"] | None = None
    trigger: Literal["schedule", "webhook", "customerio_event", "flow_failed", "called", "manual"] | None = None
    folder: str | None = Field(
        default=None, max_length=130, description="A folder and those within it; empty: in none."
    )
    tag: str = Field(default="", max_length=40)


class DeletedFlow(Schema):
    id: UUID
    name: str
    deleted_at: datetime
