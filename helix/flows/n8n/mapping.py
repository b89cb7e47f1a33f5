"""Which node of n8n is turned into what, by its type: the table, and what is said of those that are not in it."""

from collections.abc import Callable

from helix.flows.n8n import customerio, http, logic, triggers
from helix.flows.n8n.made import Desk, Made

NOTE = "stickyNote"

MAPPED: dict[str, Callable[[Desk], Made | list[Made]]] = {
    "manualTrigger": triggers.by_hand,
    "start": triggers.by_hand,
    "scheduleTrigger": triggers.schedule,
    "cron": triggers.cron,
    "webhook": triggers.webhook,
    "customerIoTrigger": triggers.customerio_event,
    "executeWorkflowTrigger": triggers.called,
    "customerIo": customerio.customerio,
    "httpRequest": http.http_request,
    "if": logic.branch,
    "filter": logic.filter_,
    "switch": logic.switch,
    "set": logic.set_values,
    "merge": logic.merge,
    "splitInBatches": logic.loop,
    "splitOut": logic.split_out,
    "wait": logic.wait,
    "noOp": logic.nothing,
    "stopAndError": logic.stop,
}
"""By the type without n8n's own package."""

ADVICE = {
    "code": "it runs code. Use “Set values” with expressions, or an HTTP request to a service of yours.",
    "function": "it runs code. Use “Set values” with expressions, or an HTTP request to a service of yours.",
    "functionItem": "it runs code. Use “Set values” with expressions, or an HTTP request to a service of yours.",
    "executeWorkflow": "it runs another workflow. Take that one in as well, and use “Run a flow”.",
    "respondToWebhook": "a webhook of Helix is answered with 202 at once. Send the result with an HTTP request.",
    "emailSend": "its mail server is n8n's. Use “Send an e-mail”, or a message of Customer.io.",
    "errorTrigger": "use the trigger “Flow failed” in a flow of its own.",
    "formTrigger": "its form is n8n's. Use “Started by hand” with the same fields.",
    "aggregate": "it puts items together. Use “Collect” of “For each”, or an expression with “map”.",
    "itemLists": "it works on the items of n8n. Use “For each”, or an expression with sort, uniq or map.",
    "dateTime": "it calculates with dates. Use an expression with “date”.",
}  # fmt: skip
"""Why, and what to use instead, where that is known."""


def advice(source_type: str, full_type: str) -> str:
    """Why a node is a placeholder."""
    if source_type in ADVICE:
        return ADVICE[source_type]
    if source_type.endswith("Trigger"):
        return f"Helix has no trigger “{full_type[:80]}”. Use a webhook or a schedule."
    return (
        f"Helix has no step for “{full_type[:80]}”. Use an HTTP request to the service, or an action of the catalogue."
    )
