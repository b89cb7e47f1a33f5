"""Confirming who one is: pages for secrets, tokens, members and exports ask for the password or a code again after 15 minutes."""

import time
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from helix.teams.access import View

CONFIRMED = "confirmed_at"
GOING = "going_to"  # where a fresh sign-in link leads somebody who was asked to confirm
LASTS_SECONDS = 15 * 60


def confirm(request: HttpRequest) -> None:
    """The person behind this session has just shown who they are."""
    request.session[CONFIRMED] = time.time()


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the person signed in, or confirmed who they are, within the last 15 minutes."""
    at = request.session.get(CONFIRMED, 0) if request.user.is_authenticated else 0
    return 0 <= time.time() - float(at) < LASTS_SECONDS


def confirmed(view: View) -> View:
    """Lets a view see only people who have just shown who they are; others are asked first, and led back.

    Put it below `needs`, so that a stranger is told nothing. What was sent with a POST is not kept: the person is led back to the
    page it came from, to do it again.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if is_confirmed(request):
            return view(request, *args, **kwargs)
        wanted = request.get_full_path() if request.method == "GET" else _page_before(request)
        asked = f"{reverse('teams:confirm')}?{urlencode({'next': wanted})}"
        if "application/json" in (request.headers.get("Accept", ""), request.content_type):
            words = "Confirm that it is you, then do it again: you signed in more than 15 minutes ago."
            return JsonResponse(
                {"error": {"code": "confirm_first", "message": words, "hint": f"Open {asked}.", "place": ""}},
                status=403,
            )
        if request.method != "GET":
            messages.info(request, "Nothing was changed yet: confirm that it is you, then do it again.")
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": asked})
        return redirect(asked)

    return guarded


def confirmed_to_change(view: View) -> View:
    """As `confirmed`, for a view that also shows: looking asks for nothing."""
    strict = confirmed(view)

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.method in ("GET", "HEAD") else strict(request, *args, **kwargs)

    return guarded


def _page_before(request: HttpRequest) -> str:
    """The path of the page that the form was on, when it is one of ours; else home."""
    before = urlsplit(request.headers.get("Referer", ""))
    ours = before.netloc == request.get_host() and before.path.startswith("/")
    return before.path + (f"?{before.query}" if before.query else "") if ours else "/"
