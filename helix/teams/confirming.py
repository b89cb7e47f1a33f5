"""The page that asks who one is, before a page that wants to know it for sure (`sudo.py`)."""

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helix.teams.adapter import WORDS
from helix.teams.codes import ConfirmCodeForm
from helix.teams.models import User
from helix.teams.second_factor import has_second_factor
from helix.teams.signing_in import sensitive, way_on
from helix.teams.sudo import GOING, confirm


@sensitive
@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def confirm_page(request: HttpRequest) -> HttpResponse:
    """Password or code, whichever the person likes. Somebody who has neither sets a password, or opens a fresh sign-in link."""
    assert isinstance(request.user, User)  # login_required
    user = request.user
    wanted = way_on(request, request.POST.get("next") or request.GET.get("next") or "/")
    request.session[GOING] = wanted  # the other ways lead there, too
    given: dict[str, Any] = {
        "next": wanted,
        "has_password": user.has_usable_password(),
        "has_factor": has_second_factor(user),
    }
    if request.method == "GET":
        return render(request, "teams/confirm.html", given)
    if not ratelimit.consume(request, action="reauthenticate"):
        return render(request, "teams/confirm.html", given | {"refused": WORDS["rate_limited"]}, status=429)
    by_code = "code" in request.POST and given["has_factor"]
    form: Any = (
        ConfirmCodeForm(data=request.POST, user=user) if by_code else ReauthenticateForm(request.POST, user=user)
    )
    if not form.is_valid():
        return render(
            request, "teams/confirm.html", given | {"code_form" if by_code else "password_form": form}, status=422
        )
    if by_code:
        form.save()
    else:
        reauthenticate_by_password(request)
    confirm(request)
    request.session.pop(GOING, None)
    return redirect(wanted)
