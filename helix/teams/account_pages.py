"""The Account page: name, zone, theme, e-mail, password, second factor and sessions of the person who is signed in."""

from typing import Any

from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helix.audit.acts import Act
from helix.teams.adapter import WORDS
from helix.teams.addresses import ask_for_address, read_change, take_address
from helix.teams.forms import AccountForm, EmailForm, PasswordForm, zones
from helix.teams.models import User
from helix.teams.noting import noted_of
from helix.teams.second_factor import factor_of, has_second_factor, teams_that_ask
from helix.teams.sessions import end_others, end_session, sessions_of
from helix.teams.signing_in import sensitive, way_on
from helix.teams.sudo import GOING, confirm, confirmed, is_confirmed

YEAR = 365 * 24 * 3600


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # login_required
    user, form = request.user, AccountForm(request.POST)
    if request.method == "GET":
        return _page(request, user)
    if not form.is_valid():
        return _page(request, user, form=form)
    user.name, user.timezone = form.cleaned_data["name"], form.cleaned_data["timezone"]
    user.theme = form.cleaned_data["theme"] or user.theme
    user.save(update_fields=["name", "timezone", "theme"])
    messages.success(request, "Your account is saved.")
    answer = redirect("teams:account")
    keep_theme(request, answer, user.theme)
    return answer


def keep_theme(request: HttpRequest, answer: HttpResponseBase, theme: str) -> None:
    """The theme in the browser as well, for the pages before somebody is signed in."""
    answer.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())


@sensitive
@require_POST
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """A new password. The first one needs no other proof than the session, so that nobody is locked out; see docs/security.md."""
    assert isinstance(request.user, User)  # login_required
    user, had_one = request.user, request.user.has_usable_password()
    if not ratelimit.consume(request, action="change_password"):
        return _page(request, user, refused=WORDS["rate_limited"], status=429)
    if not had_one and has_second_factor(user) and not is_confirmed(request):
        return redirect("/account/confirm/?next=/account/")
    form = PasswordForm(user, request.POST)
    if not form.is_valid():
        return _page(request, user, password_form=form)
    user.set_password(form.cleaned_data["new"])
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    noted_of(user, Act.PASSWORD_CHANGED, before="" if had_one else "none")
    end_others(request, user, why="all others, as the password changed")
    UserSession.objects.create_from_request(request)
    confirm(request)
    words = "Your password is changed." if had_one else "Your password is set."
    messages.success(request, f"{words} Your other sessions are signed out.")
    return redirect(way_on(request, str(request.session.pop(GOING, "")) or "/account/"))


@require_POST
@login_required
@confirmed
def email(request: HttpRequest) -> HttpResponse:
    """Ask for another address: a link goes to it, and nothing changes until it is opened."""
    assert isinstance(request.user, User)  # login_required
    form = EmailForm(request.POST)
    if not settings.HELIX.sends_mail:
        return _page(request, request.user, email_form=form)
    if not form.is_valid():
        return _page(request, request.user, email_form=form)
    if not ratelimit.consume(request, action="manage_email"):
        form.add_error("email", WORDS["rate_limited"])
        return _page(request, request.user, email_form=form)
    if not ask_for_address(request, request.user, form.cleaned_data["email"]):
        form.add_error("email", "The mail server did not take the message. Try again later, or tell its operator.")
        return _page(request, request.user, email_form=form)
    where = (
        ""
        if settings.HELIX.HELIX_EMAIL_URL.get_secret_value()
        else " (a file in the data folder’s outbox: no mail server is set)"
    )
    messages.success(
        request, f"A link is on its way to {form.cleaned_data['email']}{where}. Your address changes when you open it."
    )
    return redirect("teams:account")


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def new_address(request: HttpRequest, token: str) -> HttpResponse:
    """The link that was sent to a new address: opening it asks, a press of the button takes the address."""
    assert isinstance(request.user, User)  # login_required
    wanted = read_change(token, request.user)
    if wanted is None:
        return render(request, "teams/address_gone.html", status=410)
    if request.method == "GET":
        return render(request, "teams/address.html", {"wanted": wanted})
    if not take_address(request.user, wanted):
        return render(request, "teams/address_gone.html", status=410)
    messages.success(request, f"Your address is {wanted} now. Sign in with it from now on.")
    return redirect("teams:account")


@require_POST
@login_required
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; this one is signed out instead."""
    assert isinstance(request.user, User)  # login_required
    if UserSession.objects.filter(pk=pk, user=request.user, session_key=request.session.session_key).exists():
        messages.info(request, "This is the session you are in: sign out to end it.")
    elif not end_session(request.user, pk):
        raise Http404
    else:
        messages.success(request, "That session is signed out.")
    return redirect("/account/#sessions")


@require_POST
@login_required
def end_all_others(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # login_required
    count = end_others(request, request.user)
    messages.success(request, f"{count} other session{' is' if count == 1 else 's are'} signed out.")
    return redirect("/account/#sessions")


def _page(request: HttpRequest, user: User, *, status: int = 0, **more: Any) -> HttpResponse:
    given = {
        "form": AccountForm(initial={"name": user.name, "timezone": user.timezone, "theme": user.theme}),
        "password_form": PasswordForm(user),
        "email_form": EmailForm(),
        "has_password": user.has_usable_password(),
        "sends_mail": settings.HELIX.sends_mail,
        "factor": factor_of(user),
        "asking": teams_that_ask(user),
        "sessions": sessions_of(request, user),
        "zones": zones(),
    }
    status = status or (422 if request.method == "POST" else 200)
    return render(request, "teams/account.html", given | more, status=status)
