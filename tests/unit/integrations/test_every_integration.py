"""What docs/integration.md promises of every integration, whoever wrote it."""

import pytest

from integrations.catalog import ACTIONS, INTEGRATIONS
from integrations.kit.action import Action


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_an_action_is_whole(action: Action) -> None:
    integration = INTEGRATIONS[action.api.integration]
    assert action.key.split(".")[0] == integration.key
    assert action.title and action.help.endswith(".") and action.docs.startswith("https://") and action.icon
    assert set(action.api.hosts) == {"us", "eu"}
    assert all(host.startswith("https://") for host in action.api.hosts.values())
    entered = {
        name for family in integration.families if family.key == action.api.key_family for name in family.secrets
    }
    assert set(action.api.sign.secrets) <= entered
    for name, field in action.input_schema()["properties"].items():
        assert field.get("title") and field.get("description"), name
    assert action.output_schema()["type"] == "object"


@pytest.mark.parametrize("key", INTEGRATIONS)
def test_an_integration_has_words_for_its_keys(key: str) -> None:
    integration = INTEGRATIONS[key]
    assert integration.key == key and integration.title
    assert all(family.title and family.help and all(family.secrets.values()) for family in integration.families)
