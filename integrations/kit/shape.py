"""`Shape`: the typed settings of a step, and the fields they are made of. `Output`: the typed data a step gives.

Optional fields are simply absent: they are never null, so a person who maps an empty value hears of it instead of
silently widening a call. `Shape.given()` answers what was really given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from integrations.kit.faults import Fault, Unknown, explain, never, surely
from integrations.kit.rules import Rule


class Shape(BaseModel):
    """Settings of a step. Unknown names are refused, nothing is coerced, and `rules` hold between the fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _keeps_its_rules(self) -> Self:
        for fault in self._broken(self.given(), never) if self.rules else ():
            raise PydanticCustomError(fault.code, fault.message, {"hint": fault.hint, "pointer": fault.pointer})
        return self

    def given(self) -> dict[str, JsonValue]:
        """What a person gave, as JSON: no defaults."""
        return self.model_dump(mode="json", exclude_unset=True, by_alias=True)

    def sending(self) -> dict[str, JsonValue]:
        """What goes over the wire: what was given and real defaults, without the fields that only Helix reads."""
        local, fields = self.local_fields(), type(self).model_fields
        defaults = {n: i.default for n, i in fields.items() if not i.is_required() and i.default is not None}
        return {name: value for name, value in (defaults | self.given()).items() if name not in local}

    @classmethod
    def local_fields(cls) -> frozenset[str]:
        """Fields that Helix reads and never sends as they are."""
        extras = {name: info.json_schema_extra for name, info in cls.model_fields.items()}
        return frozenset(name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("x-local"))

    @classmethod
    def titles(cls) -> dict[str, str]:
        """The words a person knows each field by."""
        return {info.alias or name: info.title or info.alias or name for name, info in cls.model_fields.items()}

    @classmethod
    def _broken(cls, values: dict[str, JsonValue], unknown: Unknown) -> list[Fault]:
        titles = cls.titles()
        found = (fault for rule in cls.rules for fault in rule.check(values, unknown, titles))
        return [fault for fault in found if fault.severity == "error"]

    @classmethod
    def faults(cls, given: JsonValue, unknown: Unknown = never) -> tuple[Fault, ...]:
        """Everything that is certainly wrong with these settings, warnings included; empty when they can be right.

        Values for which `unknown` is true (expressions) get the benefit of the doubt.
        """
        found: list[Fault] = []
        titles = cls.titles()
        try:
            cls.__pydantic_validator__.validate_python(given)
        except ValueError as problem:
            errors = getattr(problem, "errors", None)
            if errors is None:
                raise
            found = [explain(error, titles) for error in errors(include_url=False) if not _is_rule(error)]
        certain = list(surely(found, given, unknown))
        if isinstance(given, dict):
            certain += [fault for rule in cls.rules for fault in rule.check(given, unknown, titles)]
        return tuple(certain)


def _is_rule(error: ErrorDetails) -> bool:
    """Whether an error comes from the rules, which `faults` evaluates by itself."""
    return not error["loc"] and "pointer" in (error.get("ctx") or {})


class Output(BaseModel):
    """Data that a service answers. Names we do not know are kept: services add fields without asking."""

    model_config = ConfigDict(extra="allow")


class Accepted(Output):
    """The service took the call and says no more. What comes of it shows later, in the service."""


def _extra(unit: str, choices: str, advanced: bool, local: bool, more: dict[str, Any] | None) -> dict[str, Any]:
    marks = {"x-unit": unit, "x-choices": choices, "x-advanced": advanced, "x-local": local}
    return {name: value for name, value in marks.items() if value} | (more or {})


def need(
    title: str,
    help: str,
    *,
    examples: Sequence[Any] | None = None,
    unit: str = "",
    choices: str = "",
    more: dict[str, Any] | None = None,
    **limits: Any,
) -> Any:
    """A field that must be given. `choices` names the list of the account it is picked from; `limits` are Pydantic's."""
    extra = _extra(unit, choices, False, False, more)
    return Field(
        title=title, description=help, examples=list(examples or ()) or None, json_schema_extra=extra, **limits
    )


def may(
    title: str,
    help: str,
    *,
    examples: Sequence[Any] | None = None,
    default: Any = None,
    unit: str = "",
    choices: str = "",
    advanced: bool = False,
    local: bool = False,
    more: dict[str, Any] | None = None,
    **limits: Any,
) -> Any:
    """A field that may be absent. `advanced`: rarely used; `local`: read by Helix, never sent as it is."""
    extra = _extra(unit, choices, advanced, local, more)
    return Field(
        default, title=title, description=help, examples=list(examples or ()) or None, json_schema_extra=extra, **limits
    )


def _whole(value: Any) -> Any:
    """7.0 is the whole number 7: JSON does not tell them apart."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _instant(value: str) -> str:
    try:
        if _INSTANT.fullmatch(value):
            datetime.fromisoformat(value)
            return value
    except ValueError:
        pass
    raise PydanticCustomError(
        "instant",
        "⟨field⟩ is no date and time with a time zone.",
        {"hint": "Write it like 2026-01-31T12:00:00Z, for example with {{ … | date: '%Y-%m-%dT%H:%M:%SZ' }}."},
    )


def _segment(value: str) -> str:
    if value in (".", ".."):
        raise PydanticCustomError("blank", "⟨field⟩ cannot be “.” or “..”.", {"hint": "Give the id itself."})
    return value


@dataclass(frozen=True)
class MaxBytes:
    """Text or JSON of at most so many bytes, counted in UTF-8 as it is sent; `x-max-bytes` in the schema."""

    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(core), "x-max-bytes": self.most}

    def _check(self, value: Any) -> Any:
        if (size := size_of(value)) > self.most:
            words = f"⟨field⟩ has {size} bytes; Customer.io takes {self.most}."
            hint = f"Shorten it to {self.most} bytes; letters outside English count two to four."
            raise PydanticCustomError("too_many_bytes", words, {"hint": hint})
        return value


def size_of(value: JsonValue) -> int:
    """Bytes of a text, or of a value as compact JSON, in UTF-8."""
    return len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else len(as_bytes(value))


def as_bytes(value: JsonValue) -> bytes:
    """A value as the JSON that is sent: compact, in UTF-8, without NaN or infinity (ValueError)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


Whole = Annotated[int, BeforeValidator(_whole)]
Text = Annotated[str, Field(pattern=r"\S")]
"""Text that is not blank."""
Id = Annotated[str, Field(pattern=r"\S"), MaxBytes(150)]
"""An id of a person or thing: never trimmed, since "2 " and "2" are two people. 150 bytes (Track document)."""
PathId = Annotated[str, Field(pattern=r"\S"), AfterValidator(_segment)]
"""An id that becomes one part of a path."""
Instant = Annotated[str, AfterValidator(_instant), Field(json_schema_extra={"format": "date-time"})]
"""A moment as text, RFC 3339; sent as it was written."""
Object = dict[str, JsonValue]
Listed = BeforeValidator(lambda value: [] if value is None else value)
"""A list that the service may answer as null."""
