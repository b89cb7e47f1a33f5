"""What stands before every call of the API: a request id, the limits of a body, and one shape of refusals."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from helix.ids import new_id

PREFIX = "/api/v1/"
MOST_BYTES = 2 * 1024 * 1024
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class ApiDoorMiddleware:
    """Lets in what may be read, and gives refusals of Django itself (unknown address, wrong method) the API's shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        given = request.headers.get("X-Request-Id", "")
        name = given if _ID.fullmatch(given) else str(new_id())
        request.META["helix.request_id"] = name
        answer = _refused(request) or self.get_response(request)
        if answer.status_code >= 400 and not answer.headers.get("Content-Type", "").startswith("application/json"):
            answer = _reshaped(answer)
        answer.headers["X-Request-Id"] = name
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _refused(request: HttpRequest) -> HttpResponse | None:
    """The refusal of a body that is too long, packed, or of another kind."""
    if request.headers.get("Transfer-Encoding", "").lower() not in ("", "chunked"):
        return refusal(400, "bad_request", "This transfer encoding is not read.", "Send the body with its length.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not str(length).isdigit():
        return refusal(400, "bad_request", "Content-Length is no number.", "Send the length of the body in bytes.")
    if int(length) > MOST_BYTES:
        words = f"The body is larger than {MOST_BYTES // 1024 // 1024} MB."
        return refusal(413, "too_large", words, "Send less, or split it into several calls.")
    if request.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        words = "The body is packed (Content-Encoding); only plain bodies are read."
        return refusal(415, "packed_body", words, "Send the JSON as it is.")
    kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if int(length) and request.method in ("POST", "PUT", "PATCH") and kind != "application/json":
        words = f"The body is {kind[:60] or 'of no named kind'}; this API reads JSON."
        return refusal(415, "not_json", words, "Send `Content-Type: application/json`.")
    return None


def _reshaped(answer: HttpResponse) -> HttpResponse:
    status = answer.status_code
    if status == 405:
        allowed = answer.headers.get("Allow", "")
        made = refusal(405, "method_not_allowed", "This address does not take that method.", f"It takes {allowed}.")
        made.headers["Allow"] = allowed
        return made
    if status == 404:
        hint = "Look at the address; /api/v1/openapi.json lists them all."
        return refusal(404, "not_found", "There is nothing here.", hint)
    if status >= 500:
        return refusal(
            status, "failure", "Helix met a defect of its own.", "Call again; give the request id to an admin."
        )
    return refusal(status, "bad_request", "This request cannot be read.", "Look at its address, headers and length.")


def refusal(status: int, code: str, message: str, hint: str) -> HttpResponse:
    """An error in the API's shape, without the API's own road."""
    return JsonResponse({"error": {"code": code, "message": message, "hint": hint, "place": ""}}, status=status)
