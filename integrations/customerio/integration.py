"""Customer.io as an integration."""

from integrations.customerio import connection
from integrations.customerio.broadcasts import BROADCASTS
from integrations.customerio.events import EVENTS
from integrations.customerio.messages import MESSAGES
from integrations.customerio.people import PEOPLE
from integrations.customerio.segments import SEGMENTS
from integrations.customerio.workspace import WORKSPACE
from integrations.kit.integration import Integration

INTEGRATION = Integration(
    key="customerio",
    title="Customer.io",
    actions=(*PEOPLE, *EVENTS, *SEGMENTS, *MESSAGES, *BROADCASTS, *WORKSPACE),
    families=connection.FAMILIES,
    probe=connection.probe,
)
