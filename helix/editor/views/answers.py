"""JSON in and out of the editor: every error has one shape."""

from typing import Any

from django.http import HttpRequest, JsonResponse

from helix.flows.graph import UnreadableGraph
from helix.flows.json_text import read_json


class BadBody(Exception):
    """The request's body is not the JSON object that this address takes."""


def body(request: HttpRequest) -> dict[str, Any]:
    """The request's JSON object; BadBody with a sentence when it is none."""
    try:
        given = read_json(request.body or b"{}")
    except UnreadableGraph as bad:
        raise BadBody(str(bad)) from None
    if not isinstance(given, dict):
        raise BadBody("The request must be a JSON object.")
    return given


def error(status: int, code: str, message: str, hint: str = "", place: str = "", **more: Any) -> JsonResponse:
    return JsonResponse(
        {"error": {"code": code, "message": message, "hint": hint, "place": place}, **more}, status=status
    )


def unreadable(problem: UnreadableGraph) -> JsonResponse:
    """The answer to a graph that cannot be stored: what and where; the last good draft is untouched."""
    problems = [found.as_json() for found in problem.problems]
    first = problem.problems[0]
    return error(400, first.code, first.message, first.hint, first.field or "", problems=problems)
