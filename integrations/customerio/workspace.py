"""The workspace: what is set up in it."""

from __future__ import annotations

from typing import Annotated

from integrations.customerio.apis import APP, DOCS
from integrations.kit.action import Action
from integrations.kit.call import Get
from integrations.kit.shape import Listed, Object, Output, Shape, may, need


class Webhook(Output):
    id: int = may("Webhook number", "Number of the webhook.")
    name: str = may("Name", "Name of the webhook.")
    type: str = may("Type", "webhook or js.")
    endpoint: str = may("Address", "Where events are sent; a password in it is not shown.")
    disabled: bool = may("Disabled", "Whether it is switched off.")
    full_resolution: bool = may("Every event", "Whether every open and click is sent, not only the first.")
    with_content: bool = may("With content", "Whether message content is sent.")
    events: Annotated[list[str], Listed] = may("Events", "Names of the events it sends.")


class Webhooks(Output):
    reporting_webhooks: Annotated[list[Webhook], Listed] = need("Webhooks", "Every reporting webhook.")


get_webhooks = Action(
    key="customerio.get_webhooks",
    slug="CUSTOMERIO_GET_WEBHOOKS",
    title="List reporting webhooks",
    help="Gives the reporting webhooks of the workspace: address, events, and whether they are on.",
    family="workspace",
    icon="webhook",
    api=APP,
    call=Get("/v1/reporting_webhooks"),
    input=Shape,
    output=Webhooks,
    private_urls=("endpoint",),
    docs=f"{DOCS}/app/tag/reporting-webhooks/listwebhooks/",
)


class Collection(Output):
    id: int = need("Collection number", "Number of the collection.")
    name: str = need("Name", "Name of the collection.")
    columns: Annotated[list[str], Listed] = may("Columns", "Names of its columns.", alias="schema")
    rows: int = may("Rows", "How many rows it has.")
    bytes: int = may("Size", "In bytes.")
    created_at: int = may("Created", "In Unix seconds.")
    updated_at: int = may("Updated", "In Unix seconds.")


class Collections(Output):
    collections: Annotated[list[Collection], Listed] = need("Collections", "Every collection.")


list_collections = Action(
    key="customerio.list_collections",
    slug="CUSTOMERIO_LIST_COLLECTIONS",
    title="List collections",
    help="Gives the data collections of the workspace, with their columns and sizes (not their rows).",
    family="workspace",
    icon="database",
    api=APP,
    call=Get("/v1/collections"),
    input=Shape,
    output=Collections,
    docs=f"{DOCS}/app/tag/collections/getCollections/",
)


class Snippet(Output):
    name: str = need("Name", "Name of the snippet.")
    value: str | None = may("Content", "HTML or Liquid from the workspace: escape it where it is shown.")
    updated_at: int = may("Updated", "In Unix seconds.")


class Snippets(Output):
    snippets: Annotated[list[Snippet], Listed] = need("Snippets", "Every snippet.")


list_snippets = Action(
    key="customerio.list_snippets",
    slug="CUSTOMERIO_LIST_SNIPPETS",
    title="List snippets",
    help="Gives the reusable pieces of content of the workspace.",
    family="workspace",
    icon="puzzle",
    api=APP,
    call=Get("/v1/snippets"),
    input=Shape,
    output=Snippets,
    docs=f"{DOCS}/app/tag/snippets/listSnippets/",
)


class Addresses(Output):
    ip_addresses: Annotated[list[str], Listed] = need("Addresses", "Every address Customer.io calls and sends from.")


list_ip_addresses = Action(
    key="customerio.list_ip_addresses",
    slug="CUSTOMERIO_LIST_IP_ADDRESSES",
    title="List sending IP addresses",
    help="Gives the addresses Customer.io calls and sends from, for allowlists; they differ by region. "
    "It answers anybody, so it says nothing about your key.",
    family="workspace",
    icon="network",
    api=APP,
    call=Get("/v1/info/ip_addresses"),
    input=Shape,
    output=Addresses,
    needs_key=False,
    docs=f"{DOCS}/app/tag/info/getIPAddresses/",
)


class Integration(Output):
    id: int | str = need("Integration id", "Id of the integration.")
    name: str = need("Name", "Name of the integration.")
    enabled: bool = may("Enabled", "Whether it is on.")
    account_id: str | None = may("Account", "Account it is connected to.")
    settings: Object | None = may("Settings", "Its settings.")
    created_at: int = may("Created", "In Unix seconds.")
    updated_at: int = may("Updated", "In Unix seconds.")


class Integrations(Output):
    integrations: Annotated[list[Integration], Listed] = need("Integrations", "The integrations.")


get_integrations = Action(
    key="customerio.get_integrations",
    slug="CUSTOMERIO_GET_INTEGRATIONS",
    title="List integrations",
    help="Asks for the integrations of the workspace. Customer.io documents no such call and may answer “not found”; "
    "“List reporting webhooks” is a documented neighbour.",
    family="workspace",
    icon="plug",
    api=APP,
    call=Get("/v1/integrations"),  # a guess by analogy: in none of the three official documents
    input=Shape,
    output=Integrations,
    advice={404: "Customer.io's public API has no list of integrations. Use “List reporting webhooks” instead."},
    docs=f"{DOCS}/app/",
)

WORKSPACE = (get_webhooks, list_collections, list_snippets, list_ip_addresses, get_integrations)
