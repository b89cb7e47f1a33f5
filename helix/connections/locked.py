"""What a person reads when a secret cannot be opened, wherever that happens: the sentence of the vault, and nothing is changed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from helix.connections.vault import VaultLocked


class LockedVaultMiddleware:
    """Turns a VaultLocked that no view has expected into an answer with what is missing. The transaction is undone by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Only a locked vault; other defects go their way."""
        if not isinstance(exception, VaultLocked):
            return None
        accepts_json = request.headers.get("Accept", "").startswith("application/json")
        if accepts_json or request.content_type == "application/json":
            told = {"code": "vault_locked", "message": str(exception), "hint": "", "place": ""}
            return JsonResponse({"error": told}, status=503)
        return render(request, "connections/locked.html", {"why": str(exception)}, status=503)
