"""Setting up a second factor, its recovery codes, turning it off; and the switch by which a team asks for one."""

from urllib.parse import quote

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.internal.flows import activate_totp, deactivate_totp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helix.audit.acts import Act
from helix.teams.access import TeamRequest, needs
from helix.teams.codes import TurnOnForm
from helix.teams.models import User
from helix.teams.noting import noted_of
from helix.teams.roles import Ability
from helix.teams.second_factor import (
    APP,
    NoSecondFactor,
    demand_second_factor,
    has_second_factor,
    people_without,
    qr_path,
    teams_that_ask,
)
from helix.teams.sessions import end_others
from helix.teams.signing_in import sensitive, way_on
from helix.teams.sudo import confirmed

AFTERWARDS = "after_second_factor"


@sensitive
@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@confirmed
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the secret as a QR code; the first right code turns the second factor on and leads to the recovery codes."""
    assert isinstance(request.user, User)  # login_required
    user = request.user
    if has_second_factor(user):
        return redirect("/account/#second-factor")
    wanted = way_on(request, request.POST.get("next") or request.GET.get("next") or "/account/")
    form = TurnOnForm(data=request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            activate_totp(request, form)
            noted_of(user, Act.SECOND_FACTOR_ON)
        end_others(request, user, why="all others, as a second factor was turned on")
        request.session[AFTERWARDS] = wanted
        return redirect("teams:codes")
    side, path = qr_path(get_adapter().build_totp_url(user, form.secret))
    secret = " ".join(form.secret[at : at + 4] for at in range(0, len(form.secret), 4))
    given = {"form": form, "side": side, "path": path, "secret": secret, "next": wanted, "asking": teams_that_ask(user)}
    return render(request, "teams/second_factor.html", given, status=422 if request.method == "POST" else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@confirmed
def codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, shown once; a POST makes new ones in their place."""
    assert isinstance(request.user, User)  # login_required
    if not has_second_factor(request.user):
        return redirect("/account/#second-factor")
    if request.method == "POST":
        with transaction.atomic():
            generate_recovery_codes(request)
            noted_of(request.user, Act.RECOVERY_CODES_MADE)
        return redirect("teams:codes")
    kept, shown = view_recovery_codes(request)
    found = kept.get_unused_codes() if kept is not None and shown else []
    text = (
        f"Recovery codes of {request.user.email} for Helix at {request.get_host()}. Each works once.\n\n"
        + "\n".join(found)
    )
    given = {"codes": found, "file": f"data:text/plain;charset=utf-8,{quote(text)}%0A", "next": "/account/"}
    if found:
        given["next"] = request.session.pop(AFTERWARDS, "/account/")
    return render(request, "teams/codes.html", given)


@require_POST
@login_required
@confirmed
def turn_off(request: HttpRequest) -> HttpResponse:
    """Turn the second factor off, and its recovery codes with it."""
    assert isinstance(request.user, User)  # login_required
    kept = Authenticator.objects.filter(user=request.user, type=APP).first()
    if kept is not None:
        with transaction.atomic():
            deactivate_totp(request, kept)
            noted_of(request.user, Act.SECOND_FACTOR_OFF)
        messages.success(request, "Your second factor is off. Signing in asks for your password alone.")
    return redirect("/account/#second-factor")


@require_http_methods(["GET", "POST"])
@needs(Ability.ADMINISTER)
@confirmed
def of_team(request: TeamRequest) -> HttpResponse:
    """The switch of a team: whether it opens with a second factor only."""
    on = request.POST.get("on") == "true"
    if request.method == "POST":
        try:
            if demand_second_factor(request.team, request.user, on):
                words = "opens with a second factor only" if on else "opens without a second factor again"
                messages.success(request, f"{request.team} {words}.")
        except NoSecondFactor as refused:
            messages.error(request, str(refused))
        return redirect("teams:team_second_factor", team=request.team.slug)
    given = {
        "without": people_without(request.team),
        "has_factor": has_second_factor(request.user),
        "section": "signing_in",
    }
    return render(request, "teams/team_second_factor.html", given)
