"""Every example of docs/expressions.md is true."""

import json
import re
from typing import Any

import pytest

from helix.expressions import evaluate, infer
from helix.expressions.types import Schema
from helix.flows.steps.samples import type_of_sample
from tests.house.files import ROOT

TEXT = (ROOT / "docs/expressions.md").read_text()
DATA = json.loads(re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)[0])
NAMES = {name: type_of_sample(value) for name, value in DATA.items()}
GIVES = re.findall(r"^\| `(.+?)` \| `(.+)` \| ([a-z ]+) \|$", TEXT, re.MULTILINE)
SAYS = re.findall(r"^\| `(.+?)` \| `([^`]+\.)` \|$", TEXT, re.MULTILINE)


def words(schema: Schema) -> str:
    kinds: list[Any] = [part.get("type") for part in schema.get("anyOf", [schema])]
    return " or ".join(str(kind or "any") for kind in kinds)


def test_there_are_examples() -> None:
    assert (len(GIVES), len(SAYS)) == (19, 4)


@pytest.mark.parametrize(("example", "value", "kind"), GIVES)
def test_an_example_gives_what_stands_beside_it(example: str, value: str, kind: str) -> None:
    text = example.replace("\\|", "|")
    assert evaluate(text, DATA) == json.loads(value)
    assert words(infer(text, NAMES).schema) == kind


@pytest.mark.parametrize(("example", "sentence"), SAYS)
def test_the_check_says_what_stands_beside_it(example: str, sentence: str) -> None:
    assert infer(example.replace("\\|", "|"), NAMES).findings[0].message == sentence
