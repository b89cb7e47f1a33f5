"""Random Liquid over the data in scope: lone values, texts with tags, conditions. Written from the types, kept when the check
finds nothing wrong. Pure; seeded by the caller."""

from collections.abc import Mapping
from random import Random
from typing import Any

from helix.expressions.infer import infer
from helix.expressions.narrow import Path
from helix.expressions.types import ANY, Schema, alternatives, hop, items_of, kinds
from helix.flows.fits import misfit
from helix.flows.names import Envelopes

FILTERS = (
    "upcase", "downcase", "strip", "capitalize", "size", "first", "last", "json", "abs", "round", "floor", "ceil", "join: ', '", "sort",
    "reverse", "uniq", "compact", "split: ','", "escape", "truncate: 3", "truncatewords: 2", "slice: 0, 2", "slice: -1", "map: 'id'",
    "map: 'name'", "where: 'id', 1", "where: 'type', 'manual'", "find: 'id', 1", "find_index: 'name'", "has: 'id'", "reject: 'name'", "sum",
    "sum: 'id'", "sort: 'name'", "sort_natural", "sort_natural: 'name'", "uniq: 'id'", "compact: 'name'", "date: '%Y'", "date: '%s'",
    "date: '%Y-%m-%dT%H:%M:%SZ'", "date: '%Y-%m-%d'", "default: ''", "default: 0", "default: empty", "default: 'x'", "default: false",
    "divided_by: 2", "divided_by: 2.5", "modulo: 3", "times: 1000000", "plus: 1", "minus: 0.5", "at_least: 1", "at_most: 10", "strip_html",
    "url_encode", "url_decode", "base64_encode", "newline_to_br", "squish", "replace: 'a', 'b'", "remove: 'a'", "round: 2", "append: '!'",
    "prepend: 'a'", "append: ''", "concat: empty", "replace_first: 'a', ''", "replace_last: ' ', '_'", "remove_last: 'a'",
    "strip_newlines", "lstrip", "rstrip", "escape_once", "default: 'y', allow_false: true",
)  # fmt: skip
WITH_PATH = (
    "append",
    "prepend",
    "plus",
    "minus",
    "times",
    "divided_by",
    "modulo",
    "at_least",
    "at_most",
    "default",
    "concat",
    "replace",
    "split",
    "remove",
    "join",
    "where: 'name',",
)
CONSTANTS = (
    "'a'",
    "''",
    "'12'",
    "0",
    "3",
    "2.5",
    "-1",
    "true",
    "false",
    "nil",
    "empty",
    "blank",
    "(1..3)",
    "now",
    "today",
    "'2026-01-31'",
    "'ü'",
)
OPERATORS = (
    "eq", "ne", "gt", "gte", "lt", "lte", "contains", "not_contains", "starts_with", "ends_with", "in", "matches", "is_empty",
    "is_not_empty", "exists", "not_exists",
)  # fmt: skip
DEEPEST = 4


class Speaker:
    """Writes expressions for one step: `names` are the types in scope there, `present` what conditions before it have shown."""

    def __init__(self, names: Mapping[str, Schema], present: frozenset[Path], random: Random, risk: float) -> None:
        self.names = names
        self.present = present
        self.random = random
        self.risk = risk
        self.paths: list[tuple[str, Schema]] = list(self._paths())

    def _paths(self) -> Any:
        for name in ("trigger", "run", "flow", "item", "index"):
            if name not in self.names:
                continue
            yield from self._under(self.names[name], name, 0)
        steps = self.names["steps"]["properties"]
        assert isinstance(steps, Envelopes)
        for key in steps:
            step = hop(self.names["steps"], key)
            if step.schema is None or step.never:
                continue
            yield f"steps.{key}", step.schema
            for part in ("data", "error", "successful"):
                found = hop(step.schema, part)
                if found.schema is not None and not found.never:
                    yield from self._under(found.schema, f"steps.{key}.{part}", 0)

    def _under(self, schema: Schema, path: str, depth: int) -> Any:
        yield path, schema
        if depth >= DEEPEST:
            return
        found = kinds(schema)
        if "array" in found:
            at = self.random.choice(("[0]", ".first", ".last", "[1]", "[-1]"))
            yield f"{path}.size", {"type": "integer"}
            items = items_of(schema)
            yield from self._under(items, f"{path}{at}", depth + 1)
        if "object" in found or "properties" in schema:
            for name in self._names_of(schema):
                step = hop(schema, name)
                if step.schema is not None and not step.never:
                    plain = (
                        name.replace("_", "a").replace("-", "a").isalnum() and name.isascii() and not name[0].isdigit()
                    )
                    shown = f"{path}.{name}" if plain and self.random.random() < 0.9 else f"{path}['{name}']"
                    yield from self._under(step.schema, shown, depth + 1)
        if "string" in found and self.random.random() < 0.2:
            yield f"{path}.size", {"type": "integer"}

    @staticmethod
    def _names_of(schema: Schema) -> list[str]:
        return [str(name) for part in alternatives(schema) for name in part.get("properties", {}) if "'" not in name]

    def lone(self, wanted: Schema = ANY, tries: int = 25) -> str | None:
        """`{{ … }}` whose value fits the type, None when none was found."""
        for _ in range(tries):
            text = f"{{{{ {self.filtered(wanted)} }}}}"
            if self.is_good(text, wanted):
                return text
        return None

    def is_good(self, text: str, wanted: Schema) -> bool:
        """No error; no warning either, unless a risk is taken."""
        found = infer(text, self.names, self.present)
        risky = self.random.random() < self.risk
        if found.has_errors or (found.findings and not risky):
            return False
        wrong = misfit(found.schema, wanted) if wanted else None
        return wrong is None or (wrong.severity == "warning" and risky)

    def filtered(self, wanted: Schema = ANY) -> str:
        """A path or constant with up to three filters; the first path is of a fitting kind when there is one."""
        random = self.random
        source = self.path(wanted) if random.random() < 0.85 else random.choice(CONSTANTS)
        chain = [source]
        if random.random() < 0.3:
            chain.append(
                random.choice(("default: ''", "default: 0", "default: 'x'", "default: empty", "default: false"))
            )
        for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
            chain.append(self.call())
        return " | ".join(chain)

    def call(self) -> str:
        """One filter with its arguments."""
        random = self.random
        if random.random() < 0.25:
            name = random.choice(WITH_PATH)
            argument = self.path() if random.random() < 0.7 else random.choice(CONSTANTS)
            return f"{name}{'' if name.endswith(',') else ':'} {argument}"
        return random.choice(FILTERS)

    def path(self, wanted: Schema = ANY) -> str:
        """A path of the scope, rather of a fitting kind; now and then with a computed position."""
        random = self.random
        if wanted and random.random() < 0.5:
            fitting = [path for path, schema in self.paths if kinds(schema) & (kinds(wanted) | {"any"})]
            if fitting:
                return str(random.choice(fitting))
        found = str(random.choice(self.paths)[0])
        if random.random() < 0.04:
            return f"{found}[{random.choice(self.paths)[0]}]"
        return found

    def text(self, tries: int = 12) -> str | None:
        """A template with words, values and tags; None when none was found."""
        for _ in range(tries):
            text = self._template(0)
            if not text.startswith("{{") and self.is_good(text, ANY):
                return text
        return None

    def _template(self, depth: int) -> str:
        random = self.random
        kind = random.randrange(12) if depth < 3 else random.randrange(3)

        def more() -> str:
            return self._template(depth + 1)

        value = f"{{{{ {self.filtered({'type': 'string'})} }}}}"
        match kind:
            case 0:
                return random.choice(
                    ("Hi ", "ü: ", "", "a\n", "{% comment %}x{% endcomment %}", "{% raw %}{{ a }}{% endraw %}")
                )
            case 1 | 2:
                return value
            case 3 | 4:
                return f"{more()} {more()}"
            case 5:
                return f"Hi {{% if {self._ask()} %}}{more()}{{% else %}}{more()}{{% endif %}}"
            case 6:
                return f"Hi {{% if {self._ask()} %}}{more()}{{% elsif {self._ask()} %}}{more()}{{% endif %}}"
            case 7:
                return f"Hi {{% unless {self._ask()} %}}{more()}{{% endunless %}}"
            case 8:
                each = random.choice(
                    (
                        "each",
                        "each.id",
                        "each.name",
                        "each[0]",
                        "forloop.index",
                        "each | json",
                        "each.name | default: 'x'",
                    )
                )
                tail = random.choice(("", " limit: 2", " reversed", " offset: 1", " limit: 1 offset: 1"))
                return f"All: {{% for each in {self.path({'type': 'array'})}{tail} %}}{{{{ {each} }}}}{more()}{{% else %}}none{{% endfor %}}"
            case 9:
                return f"So {{% assign made = {self.filtered()} %}}{more()}{{{{ made | {random.choice(FILTERS)} }}}}"
            case 10:
                return f"So {{% capture made %}}{more()}{{% endcapture %}}{{{{ made | {random.choice(FILTERS)} }}}}"
            case _:
                return f"So {{% case {self.path()} %}}{{% when {random.choice(CONSTANTS)} %}}{more()}{{% else %}}{more()}{{% endcase %}}"

    def _ask(self) -> str:
        random = self.random
        one = self.path()
        kind = random.randrange(4)
        if kind == 0:
            return one
        operator = random.choice(("==", "!=", ">", "<", ">=", "<=", "contains"))
        other = random.choice(CONSTANTS) if random.random() < 0.6 else self.path()
        asked = f"{one} {operator} {other}"
        return f"{asked} {random.choice(('and', 'or'))} {self.path()}" if kind == 3 else asked

    def condition(self, depth: int = 0) -> Any:
        """A condition of a branch or filter; the check decides whether it can stay."""
        random = self.random
        if depth < 2 and random.random() < (0.6 if depth == 0 else 0.2):
            parts = [self.condition(depth + 1) for _ in range(random.randint(1, 3))]
            return {random.choice(("all", "any")): parts}
        op = random.choice(OPERATORS)
        left: Any = {"$liquid": f"{{{{ {self.filtered()} }}}}"}
        if op in ("is_empty", "is_not_empty", "exists", "not_exists"):
            return {"left": {"$liquid": f"{{{{ {self.path()} }}}}"}, "op": op}
        right: Any = random.choice((0, 1, 2.5, "a", "2026-01-31", True, None, "", "*a?", ["a", 1, None], [], "100"))
        if op == "in" and random.random() < 0.8:
            right = random.choice(([1, 2, 3], ["a", "b"], [True], [None, "x"]))
        if random.random() < 0.3:
            right = {"$liquid": f"{{{{ {self.filtered()} }}}}"}
        return {"left": left, "op": op, "right": right}
