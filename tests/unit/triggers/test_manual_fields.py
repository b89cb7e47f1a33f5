"""What a person leaves empty gets the default of its field, however it was left empty."""

from typing import Any

import pytest

from helix.flows.given import read_fields

FIELDS: list[dict[str, Any]] = [{"name": "plan", "type": "text", "default": "trial"}, {"name": "note", "type": "text"}]


@pytest.mark.parametrize("given", [{}, {"plan": None}, {"plan": ""}])
def test_an_empty_field_gets_its_default(given: dict[str, Any]) -> None:
    assert read_fields(FIELDS, given) == {"plan": "trial"}
