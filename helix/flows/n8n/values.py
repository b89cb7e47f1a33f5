"""Parameters of n8n as values of a step: literals stay, `={{ … }}` becomes Liquid, and each expression is reported."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from helix.expressions.errors import ExpressionError
from helix.expressions.parsing import MARK, parse
from helix.flows.n8n.data import Sight
from helix.flows.n8n.javascript import liquid_of
from helix.flows.n8n.report import Line
from helix.flows.n8n.tokens import Untold

UNTRANSLATED = "n8n ="
"""What stands before an expression of n8n that is kept for a person to write anew. The check refuses it."""
MOST_SHOWN = 400
_HOLES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STRINGIFIED = re.compile(r"=\s*\{\{\s*JSON\.stringify\(([^{}]*)\)\s*\}\}\s*")
_STAND_IN = "\ue000"
_MARKS = re.compile("\ue000([0-9]{1,6})\ue000")


def is_untranslated(text: str) -> bool:
    """Whether the text of an expression is still n8n's."""
    return text.startswith(UNTRANSLATED)


def is_dynamic(value: object) -> bool:
    """Whether n8n works this parameter out."""
    return isinstance(value, str) and value.startswith("=") and "{{" in value


class Values:
    """Translates the parameters of one node."""

    def __init__(self, line: Line, sight: Sight) -> None:
        self.line, self.sight = line, sight

    def any(self, place: str, raw: Any) -> JsonValue:
        """The value, expressions within lists and objects included."""
        if isinstance(raw, str):
            return self._text(place, raw)
        if isinstance(raw, Mapping):
            return {str(name): self.any(f"{place}/{name}", part) for name, part in raw.items()}
        if isinstance(raw, list):
            return [self.any(f"{place}/{index}", part) for index, part in enumerate(raw)]
        return raw if raw is None or isinstance(raw, (bool, int, float)) else str(raw)

    def text(self, place: str, raw: Any) -> JsonValue:
        """As text: n8n often keeps numbers where text is meant."""
        found = self.any(place, raw)
        return str(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else found

    def number(self, place: str, raw: Any) -> JsonValue:
        """As a number where it is written as one."""
        found = self.any(place, raw)
        if isinstance(found, str) and re.fullmatch(r"\s*-?[0-9]{1,15}(\.[0-9]{1,10})?\s*", found):
            return float(found) if "." in found else int(found)
        return found

    def json(self, place: str, raw: Any) -> JsonValue:
        """A parameter that holds JSON as text, with expressions in its texts."""
        if not isinstance(raw, str):
            return self.any(place, raw)
        if not raw.startswith("="):
            try:
                return self.any(place, json.loads(raw, parse_constant=str))
            except (ValueError, RecursionError):
                return raw
        whole = _STRINGIFIED.fullmatch(raw)
        if whole:
            return self._text(place, f"={{{{{whole[1]}}}}}")
        holes = [hole[0] for hole in _HOLES.finditer(raw)]
        try:
            value = json.loads(_with_stand_ins(raw[1:]), parse_constant=str)
        except (ValueError, RecursionError):
            return self._text(place, raw)
        return self.any(place, _marked(value, holes))

    def _text(self, place: str, raw: str) -> JsonValue:
        if not raw.startswith("="):
            return raw
        body = raw[1:]
        if "{{" not in body:
            return body
        try:
            found = self._liquid(body)
        except Untold as why:
            self.line.remarks.append(f"{place.lstrip('/')}: {raw[:120]} could not be translated: {why}.")
            found = ""
        self.line.expressions.append((place, raw[:MOST_SHOWN], found))
        return {MARK: found or f"{UNTRANSLATED}{body}"}

    def _liquid(self, body: str) -> str:
        found, at = "", 0
        for hole in _HOLES.finditer(body):
            found += _literal(body[at : hole.start()]) + liquid_of(hole[1], self.sight).template
            at = hole.end()
        found += _literal(body[at:])
        try:
            parse(found)
        except ExpressionError as error:
            raise Untold(error.message.rstrip(".")) from None
        return found


def _literal(text: str) -> str:
    if "{{" in text or "{%" in text or "}}" in text:
        raise Untold("its braces do not match")
    return text


def _with_stand_ins(text: str) -> str:
    """The text with a mark for each {{ }}, so that it can be read as JSON; a mark outside of a text becomes one."""
    found, at, number = "", 0, 0
    for hole in _HOLES.finditer(text):
        found += text[at : hole.start()]
        is_inside = len(re.findall(r'(?<!\\)"', found)) % 2 == 1
        found += f"{_STAND_IN}{number}{_STAND_IN}" if is_inside else f'"{_STAND_IN}{number}{_STAND_IN}"'
        at, number = hole.end(), number + 1
    return found + text[at:]


def _marked(value: Any, holes: list[str]) -> Any:
    """The holes back in their places; a text that holds one is an expression."""
    if isinstance(value, str):
        back = _MARKS.sub(lambda mark: holes[int(mark[1])] if int(mark[1]) < len(holes) else "", value)
        return f"={back}" if back != value else value
    if isinstance(value, dict):
        return {name: _marked(part, holes) for name, part in value.items()}
    return [_marked(part, holes) for part in value] if isinstance(value, list) else value
