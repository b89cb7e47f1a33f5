"""The door of an invitation. Looking uses nothing up; links that open nothing all look alike."""

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helix.audit.middleware import address_of
from helix.people.forms import EnrolForm
from helix.teams.invitations import Gone, accept, enrol, find
from helix.teams.models import Invitation, User
from helix.teams.places import Refused
from helix.teams.roles import IN_WORDS, Role
from helix.teams.signing_in import enter

TRIES, PAUSE_SECONDS = 60, 600
"""So many calls from one address, then a pause."""


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, key: str) -> HttpResponse:
    """What the invitation offers; POST takes it."""
    if _too_often(request):
        return render(request, "people/join_wait.html", status=429)
    try:
        found = find(key)
        if request.method == "POST":
            return _take(request, key, found)
        return _page(request, key, found)
    except Gone:
        return render(request, "people/join_gone.html", status=410)


def _take(request: HttpRequest, key: str, found: Invitation) -> HttpResponse:
    try:
        if isinstance(request.user, User):
            accept(key, request.user, address_of(request))
        else:
            form = EnrolForm(found.email, request.POST)
            if not form.is_valid():
                return _page(request, key, found, form, 422)
            given = form.cleaned_data
            user = enrol(
                key, name=given["name"], password=given["password"], timezone_name=given["timezone"],
                address=address_of(request),
            )  # fmt: skip
            enter(request, user, way="invitation")
    except Refused as refused:
        return _page(request, key, found, status=403, trouble=str(refused))
    messages.success(request, f"Welcome to {found.team.name}.")
    return redirect("flows:list", team=found.team.slug)


def _page(
    request: HttpRequest, key: str, found: Invitation, form: EnrolForm | None = None, status: int = 200,
    trouble: str = "",
) -> HttpResponse:  # fmt: skip
    signed_in = request.user if isinstance(request.user, User) else None
    page = {
        "invitation": found,
        "words": IN_WORDS[Role(found.role)],
        "form": form or EnrolForm(found.email, initial={"timezone": "UTC"}),
        "fits": signed_in is not None and signed_in.email.lower() == found.email,
        "known": signed_in is None and User.objects.filter(email=found.email).exists(),
        "trouble": trouble,
        "here": request.path,
    }
    return render(request, "people/join.html", page, status=status)


def _too_often(request: HttpRequest) -> bool:
    counter = f"join:{address_of(request)}"
    cache.add(counter, 0, PAUSE_SECONDS)
    try:
        return cache.incr(counter) > TRIES
    except ValueError:  # it ran out in between
        return False
