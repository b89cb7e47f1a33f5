"""The small part of JavaScript that expressions of n8n are mostly made of, cut into tokens."""

import re
from dataclasses import dataclass

LONGEST = 4_000


class Untold(Exception):
    """This expression has no counterpart in Liquid; the text says what is in the way."""


@dataclass(frozen=True)
class Token:
    """`kind` is name, number, text, sign or end."""

    kind: str
    value: str


_SIGNS = ("===", "!==", "?.", "??", "||", "&&", "==", "!=", ">=", "<=", *"+-*/%.,()[]?:!<>{}")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\$]|\\.)*)`', re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def tokens(text: str) -> list[Token]:
    """The tokens with an end behind them. Untold for anything else than names, numbers, texts and signs."""
    if len(text) > LONGEST:
        raise Untold("it is very long")
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _one(text, at)
        found.append(token)
    return [*found, Token("end", "")]


def _one(text: str, at: int) -> tuple[Token, int]:
    if match := _TEXT.match(text, at):
        raw = next(part for part in match.groups() if part is not None)
        return Token(
            "text", re.sub(r"\\(.)", lambda one: _ESCAPES.get(one[1], one[1]), raw, flags=re.DOTALL)
        ), match.end()
    if match := _NAME.match(text, at):
        return Token("name", match[0]), match.end()
    if match := _NUMBER.match(text, at):
        return Token("number", match[0]), match.end()
    for sign in _SIGNS:
        if text.startswith(sign, at):
            return Token("sign", sign), at + len(sign)
    raise Untold(f"it holds “{text[at]}”")
