"""One expression of n8n (what stands between {{ and }}) as an expression of Liquid. What it cannot say, it refuses."""

from dataclasses import dataclass

from helix.flows.n8n.data import Part, Sight, quoted
from helix.flows.n8n.tokens import Token, Untold, tokens

METHODS = {
    "toLowerCase": "downcase", "toUpperCase": "upcase", "trim": "strip", "trimStart": "lstrip", "trimEnd": "rstrip", "toString": 'append: ""',
    "first": "first", "last": "last", "reverse": "reverse", "removeDuplicates": "uniq", "unique": "uniq", "compact": "compact", "sum": "sum",
    "toJsonString": "json", "urlEncode": "url_encode", "urlDecode": "url_decode", "base64Encode": "base64_encode", "base64Decode": "base64_decode",
    "floor": "floor", "ceil": "ceil", "round": "round", "abs": "abs", "removeTags": "strip_html", "toDateTime": "", "toSentenceCase": "capitalize",
}  # fmt: skip
"""Methods without arguments."""
WITH_ONE = {"split": "split", "join": "join", "concat": "append", "pluck": "map", "round": "round"}
WITH_TWO = {"replace": "replace_first", "replaceAll": "replace"}
FUNCTIONS = {"String": 'append: ""', "Number": "plus: 0", "parseInt": "floor", "parseFloat": "plus: 0"}
MATHS = {"round": "round", "floor": "floor", "ceil": "ceil", "abs": "abs"}
SUMS = {"-": "minus", "*": "times", "/": "divided_by", "%": "modulo"}
DEEPEST = 20


@dataclass(frozen=True)
class Piece:
    """`base` is a path or literal of Liquid; `text` is set for a literal text."""

    base: str
    filters: tuple[str, ...] = ()
    text: str | None = None
    is_number: bool = False
    joined: tuple["Piece", ...] = ()
    """A text put together: these, one after the other."""

    def to(self, filter_: str) -> "Piece":
        if self.joined:
            raise Untold("it works on a text that is put together first")
        return Piece(self.base, (*self.filters, filter_) if filter_ else self.filters)

    @property
    def inner(self) -> str:
        """What stands between {{ and }}."""
        return " | ".join((self.base, *self.filters))

    @property
    def plain(self) -> str:
        """As the argument of a filter, which takes no filters of its own."""
        if self.filters or self.joined:
            raise Untold("it works with the result of a calculation; give that a name with “Set values” first")
        return self.base

    @property
    def template(self) -> str:
        """As a part of a text."""
        if self.joined:
            return "".join(each.template for each in self.joined)
        if self.text is not None and not self.filters:
            if "{{" in self.text or "{%" in self.text:
                raise Untold("it holds a text with {{ or {%")
            return self.text
        return f"{{{{ {self.inner} }}}}"


def liquid_of(text: str, sight: Sight) -> Piece:
    """The piece of Liquid. Untold with the reason when there is none."""
    return _Reader(tokens(text), sight).whole()


class _Reader:
    def __init__(self, listed: list[Token], sight: Sight) -> None:
        self.listed, self.sight, self.at, self.depth = listed, sight, 0, 0

    def whole(self) -> Piece:
        found = self.either()
        self.takes(";", needed=False)
        if self.now.kind != "end":
            if self.now.value in ("?", "==", "===", "!=", "!==", ">", "<", ">=", "<=", "&&"):
                raise Untold("it decides something; use “Branch” for that")
            raise Untold(f"it goes on with “{self.now.value[:20]}”")
        return found

    @property
    def now(self) -> Token:
        return self.listed[self.at]

    def takes(self, *signs: str, needed: bool = True) -> str:
        if self.now.kind == "sign" and self.now.value in signs:
            self.at += 1
            return self.listed[self.at - 1].value
        if needed:
            raise Untold(f"“{signs[0]}” is missing before “{self.now.value[:20]}”")
        return ""

    def name(self) -> str:
        if self.now.kind != "name":
            raise Untold(f"it goes on with “{self.now.value[:20]}”")
        self.at += 1
        return self.listed[self.at - 1].value

    def either(self) -> Piece:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Untold("it is nested deeply")
        found = self.sum()
        while self.takes("||", "??", needed=False):
            found = found.to(f"default: {self.sum().plain}")
        self.depth -= 1
        return found

    def sum(self) -> Piece:
        found = self.product()
        while sign := self.takes("+", "-", needed=False):
            other = self.product()
            found = found.to(f"minus: {other.plain}") if sign == "-" else self.plus(found, other)
        return found

    def plus(self, one: Piece, other: Piece) -> Piece:
        if one.is_number and not one.filters and not other.joined and other.text is None:
            one, other = other, one
        if other.is_number and one.text is None and not one.joined:
            return one.to(f"plus: {other.plain}")
        if one.joined or other.joined or one.text is not None or other.text is not None:
            return Piece("", joined=(*(one.joined or (one,)), *(other.joined or (other,))))
        raise Untold("“+” between two data may add numbers or put texts together; write what is meant")

    def product(self) -> Piece:
        found = self.one()
        while sign := self.takes("*", "/", "%", needed=False):
            found = found.to(f"{SUMS[sign]}: {self.one().plain}")
        return found

    def one(self) -> Piece:
        token = self.now
        self.at += 1
        match token.kind, token.value:
            case "text", value:
                return self.methods(Piece(quoted(value) if "\n" not in value else '""', text=value))
            case "number", value:
                return Piece(value, is_number=True)
            case "sign", "-" if self.now.kind == "number":
                self.at += 1
                return Piece(f"-{self.listed[self.at - 1].value}", is_number=True)
            case "sign", "(":
                found = self.either()
                self.takes(")")
                return self.methods(found)
            case "name", value:
                return self.named(value)
        raise Untold(f"it holds “{token.value[:20]}”" if token.value else "it is empty")

    def named(self, name: str) -> Piece:
        if name in ("true", "false"):
            return Piece(name)
        if name in ("null", "undefined"):
            return Piece("nil")
        if name in FUNCTIONS:
            return self.methods(self.only_argument().to(FUNCTIONS[name]))
        if name == "Math":
            self.takes(".")
            method = self.name()
            if method not in MATHS:
                raise Untold(f"it uses Math.{method[:20]}")
            return self.only_argument().to(MATHS[method])
        if name == "JSON":
            self.takes(".")
            if self.name() != "stringify":
                raise Untold("it reads JSON from a text")
            return self.methods(self.only_argument().to("json"))
        return self.methods(self.root(name))

    def only_argument(self) -> Piece:
        found = self.arguments()
        if len(found) != 1:
            raise Untold("it calls a function with several values")
        return found[0]

    def arguments(self) -> list[Piece]:
        self.takes("(")
        found: list[Piece] = []
        while not self.takes(")", needed=False):
            if found:
                self.takes(",")
            found.append(self.either())
        return found

    def root(self, name: str) -> Piece:
        """Data by one of the many ways in which n8n spells it."""
        if name == "$json":
            return self.path(None)
        if name == "$input":
            self.item()
            return self.path(None)
        if name in ("$node", "$", "$items"):
            node = self.node(called=name != "$node")
            self.item()
            return self.path(node)
        if name in ("$now", "$today", "DateTime"):
            return self.moment(name)
        if name == "new":
            if self.name() != "Date" or self.arguments():
                raise Untold("it makes an object")
            return self.moment("new")
        if name in ("$execution", "$workflow"):
            self.takes(".")
            known = {("$execution", "id"): "run.id", ("$workflow", "name"): "flow.name"}
            field = self.name()
            if (name, field) not in known:
                raise Untold(f"it asks for {name}.{field[:30]}")
            return Piece(known[name, field])
        if name in ("$env", "$vars", "$secrets"):
            raise Untold(f"it reads {name}, which lies outside the workflow")
        raise Untold(f"it uses {name[:30]}")

    def node(self, *, called: bool) -> str:
        if not called and self.takes(".", needed=False):
            return self.name()
        self.takes("(" if called else "[")
        token = self.now
        self.at += 1
        if token.kind != "text":
            raise Untold("it works out the name of a node")
        self.takes(")" if called else "]")
        return token.value

    def item(self) -> None:
        """`.item.json`, `.first().json`, `[0].json`, `.json`: n8n counts items, a step of Helix has one answer."""
        while True:
            if self.takes("[", needed=False):
                if self.now.value != "0":
                    raise Untold("it asks for another item than the first")
                self.at += 1
                self.takes("]")
                continue
            self.takes(".", "?.")
            word = self.name()
            if word == "json":
                return
            if word not in ("item", "first", "last", "itemMatching"):
                raise Untold(f"it asks for “{word[:30]}” of a node")
            if self.now.value == "(" and self.arguments() and word != "itemMatching":
                raise Untold("it asks for a certain output of a node")

    def path(self, node: str | None) -> Piece:
        """The names behind, as far as they are no methods."""
        parts: list[Part] = []
        while True:
            before = self.at
            if self.takes(".", "?.", needed=False):
                if self.now.value == "[":
                    continue
                word = self.name()
                if self.now.value == "(" or word == "length":
                    self.at = before
                    break
                parts.append(word)
            elif self.takes("[", needed=False):
                token = self.now
                self.at += 1
                if token.kind == "text":
                    parts.append(token.value)
                elif token.kind == "number" and token.value.isdigit():
                    parts.append(int(token.value[:9]))
                else:
                    raise Untold("it works out the name of a value")
                self.takes("]")
            else:
                break
        return Piece(self.sight.path(node, parts))

    def moment(self, name: str) -> Piece:
        """Now: the moment at which the run began, so that a step which is tried again says the same."""
        if name == "DateTime":
            self.takes(".")
            if self.name() not in ("now", "utc", "local") or self.arguments():
                raise Untold("it calculates with dates")
        found = Piece("run.started_at")
        if name == "$today":
            found = found.to("date: '%Y-%m-%d'")
        while self.takes(".", needed=False):
            method = self.name()
            if method in ("toISO", "toISOString", "toString", "toUTC") and not self.arguments():
                continue
            if method == "toISODate" and not self.arguments():
                found = Piece("run.started_at").to("date: '%Y-%m-%d'")
                continue
            raise Untold("it calculates with dates")
        return found

    def methods(self, found: Piece) -> Piece:
        while self.takes(".", "?.", needed=False):
            word = self.name()
            if word == "length" and self.now.value != "(":
                found = found.to("size")
                continue
            if self.now.value != "(":
                raise Untold(f"it asks for “{word[:30]}” of a result")
            given = self.arguments()
            if not given and word in METHODS:
                found = found.to(METHODS[word])
            elif len(given) == 1 and word in WITH_ONE:
                found = found.to(f"{WITH_ONE[word]}: {given[0].plain}")
            elif len(given) == 2 and word in WITH_TWO:
                found = found.to(f"{WITH_TWO[word]}: {given[0].plain}, {given[1].plain}")
            else:
                raise Untold(f"it uses .{word[:30]}()")
        return found
