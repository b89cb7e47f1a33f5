"""Errors of the REST API: one shape, `{"error": {"code", "message", "hint", "place"}}`, and the right status."""

import logging
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from helix.connections.vault import VaultLocked
from helix.flows.graph import UnreadableGraph

log = logging.getLogger(__name__)


class ApiError(Exception):
    """A refusal; `more` holds further members of the answer (problems, the newer draft)."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str = "",
        place: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.more, self.headers = status, more, dict(headers or {})
        self.body = {"code": code, "message": message, "hint": hint, "place": place}


def install(api: NinjaAPI) -> None:
    """Answer every exception of the API's own road in the one shape."""

    def answer(request: HttpRequest, error: ApiError) -> HttpResponse:
        made = api.create_response(request, {"error": error.body, **error.more}, status=error.status)
        for name, value in error.headers.items():
            made[name] = value
        return made

    def on(kind: type[Exception], make: Any) -> None:
        api.add_exception_handler(kind, lambda request, error: answer(request, make(error)))

    on(ApiError, lambda error: error)
    on(
        Http404,
        lambda _: ApiError(
            404, "not_found", "There is nothing here.", "Look at the id; it may belong to another team."
        ),
    )
    on(
        AuthenticationError,
        lambda _: ApiError(
            401, "unauthorized", "This call needs a valid token.", "Send `Authorization: Bearer hlx_…`."
        ),
    )
    on(HttpError, lambda error: ApiError(error.status_code, "bad_request", str(error)))
    on(ValidationError, _invalid)
    on(UnreadableGraph, _unreadable)
    on(VaultLocked, lambda error: ApiError(409, "vault_locked", str(error), "Ask whoever runs this installation."))
    on(Exception, _defect)


def _invalid(error: ValidationError) -> ApiError:
    first = error.errors[0]
    place = "/" + "/".join(str(part) for part in first["loc"][1:])
    return ApiError(
        422, "invalid", f"{place}: {first['msg']}.", "See /api/v1/openapi.json for what this call takes.", place
    )


def _unreadable(error: UnreadableGraph) -> ApiError:
    first = error.problems[0]
    problems = [problem.as_json() for problem in error.problems]
    return ApiError(400, first.code, first.message, first.hint, first.field or "", problems=problems)


def _defect(error: Exception) -> ApiError:
    log.error("A call of the API met a defect.", exc_info=error)
    return ApiError(500, "failure", "Helix met a defect of its own.", "Call again; give the request id to an admin.")
