"""Names the one who acts for the length of a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from helix.audit.actors import acting, of_user


def address_of(request: HttpRequest) -> str:
    """The address that the request came from, as the server in front told it."""
    return str(request.META.get("REMOTE_ADDR") or "")[:64]


class ActorMiddleware:
    """The person who is signed in acts; the API names its token instead when it has read it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(lambda: of_user(request.user, address_of(request))):
            return self.get_response(request)
