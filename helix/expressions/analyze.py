"""What an expression mentions: every reference to data outside it, with its place. Nothing is evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from helix.expressions.errors import ExpressionError
from helix.expressions.parsing import expressions_in, parse
from helix.expressions.words import path_words


@dataclass(frozen=True)
class Reference:
    """One mention of data. `path` holds names and positions, None for one that only a run knows (`list[trigger.n]`);
    `pointer` is the place of the expression in its config, `column` the place in its text, counted from 1."""

    path: tuple[str | int | None, ...]
    pointer: str
    column: int

    @property
    def words(self) -> str:
        """The path as it is written."""
        return path_words(self.path)


def analyze(value: JsonValue) -> tuple[Reference, ...]:
    """Every reference in a text of Liquid, or in all expressions of a config, in the order of the document.

    References to names that the expression makes itself (loops, assign) are left out. A text that is no Liquid has none.
    """
    texts = [("", value)] if isinstance(value, str) else expressions_in(value)
    return tuple(reference for pointer, text in texts for reference in _references(text, pointer))


def _references(text: str, pointer: str) -> Iterator[Reference]:
    try:
        found = parse(text).template.analyze(include_partials=False).globals
    except (ExpressionError, RecursionError):
        return
    uses = [use for each in found.values() for use in each]
    for use in sorted(uses, key=lambda use: use.span.index):
        yield Reference(
            tuple(None if isinstance(part, list) else part for part in use.segments), pointer, use.span.index + 1
        )
