"""What became of each node and expression of n8n, told so that nothing is dropped in silence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Fate = Literal["step", "placeholder", "note", "left out"]


@dataclass
class Line:
    """One node: what it became, and everything a person should know."""

    node: str
    """Its name in n8n."""
    was: str
    fate: Fate
    became: str = ""
    """The step's title, or empty."""
    key: str = ""
    why: str = ""
    remarks: list[str] = field(default_factory=list)
    expressions: list[tuple[str, str, str]] = field(default_factory=list)
    """(place, as it was, as it is now; empty when it could not be translated)."""

    @property
    def words(self) -> str:
        """The fate in one sentence."""
        match self.fate:
            case "step":
                return f"“{self.node}” became “{self.became}”."
            case "placeholder":
                return f"“{self.node}” is a placeholder: {self.why}"
            case "note":
                return f"“{self.node}” became a note."
            case _:
                return f"“{self.node}” was left out: {self.why}"

    def as_json(self) -> dict[str, Any]:
        return {
            "node": self.node, "was": self.was, "fate": self.fate, "became": self.became, "key": self.key, "why": self.why,
            "words": self.words, "remarks": list(self.remarks),
            "expressions": [{"place": place, "was": was, "now": now} for place, was, now in self.expressions],
        }  # fmt: skip


@dataclass
class Report:
    """Every node once, in the order of the file, and remarks on the file as a whole."""

    lines: list[Line] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def count(self, fate: Fate) -> int:
        """How many nodes had this fate."""
        return sum(line.fate == fate for line in self.lines)

    @property
    def untranslated(self) -> int:
        """How many expressions a person must write anew."""
        return sum(not now for line in self.lines for _, _, now in line.expressions)

    @property
    def summary(self) -> str:
        """One sentence with the counts."""
        parts = [f"{len(self.lines)} nodes of n8n: {self.count('step')} became steps"]
        if self.count("placeholder"):
            parts.append(f"{self.count('placeholder')} are placeholders to be replaced")
        if self.count("note"):
            parts.append(f"{self.count('note')} became notes")
        if self.count("left out"):
            parts.append(f"{self.count('left out')} were left out")
        if self.untranslated:
            parts.append(f"{self.untranslated} expressions are to be written anew")
        return ", ".join(parts) + "."

    def sentences(self) -> Iterator[str]:
        """The whole report, a sentence a line."""
        yield self.summary
        yield from self.remarks
        for line in self.lines:
            yield line.words
            for remark in line.remarks:
                yield f"  {remark}"
            for place, was, now in line.expressions:
                yield f"  {place}: {was} → {now or 'to be written anew'}"

    def as_json(self) -> dict[str, Any]:
        return {
            "summary": self.summary,
            "remarks": list(self.remarks),
            "nodes": [line.as_json() for line in self.lines],
        }
