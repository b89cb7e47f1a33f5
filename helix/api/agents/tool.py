"""A tool as an agent sees it, and what a caller may see and call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helix.api.auth import Caller
from helix.teams.roles import Ability

Arguments = Mapping[str, Any]


class ToolRefused(Exception):
    """The call cannot be done; the agent reads why and what to do."""

    def __init__(self, code: str, message: str, hint: str = "", **more: Any) -> None:
        super().__init__(message)
        self.body = {"error": {"code": code, "message": message, "hint": hint, "place": ""}, **more}


def must_agree(warning: str, confirm: Any) -> None:
    """ToolRefused unless the call says that the person agrees."""
    if confirm is not True:
        hint = "When the person agrees, call again with `confirm: true`."
        raise ToolRefused("not_confirmed", f"Nothing was done. {warning}", hint)


@dataclass(frozen=True)
class HelixTool:
    """`destructive`: what it does cannot be undone or reaches many people, so it needs `confirm: true`."""

    name: str
    title: str
    help: str
    ability: Ability
    schema: dict[str, Any]
    run: Callable[[Caller, Arguments], Any]
    reads: bool = False
    repeatable: bool = False
    destructive: str = ""

    def open_to(self, caller: Caller) -> bool:
        return caller.reaches(self.ability)

    def input_schema(self) -> dict[str, Any]:
        """Its arguments, with `confirm` where that is needed."""
        if not self.destructive:
            return self.schema
        confirm = {"type": "boolean", "const": True, "description": f"Must be true. {self.destructive}"}
        return {
            **self.schema,
            "properties": {**self.schema.get("properties", {}), "confirm": confirm},
            "required": [*self.schema.get("required", []), "confirm"],
        }

    def call(self, caller: Caller, arguments: Arguments) -> Any:
        """Its answer; ToolRefused when the caller may not, or has not confirmed."""
        if not self.open_to(caller):
            words = f"This token's role is {caller.role}, which does not allow “{self.name}”."
            raise ToolRefused("forbidden", words, "Use a token with a higher role.")
        if self.destructive:
            must_agree(self.destructive, arguments.get("confirm"))
        given = {name: value for name, value in arguments.items() if name != "confirm" or not self.destructive}
        return self.run(caller, given)
