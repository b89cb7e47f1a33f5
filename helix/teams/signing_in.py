"""The door: sign in by password, by a link that works once, and by a second factor where the person has one."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.forms import LoginForm
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helix.teams.adapter import WORDS
from helix.teams.codes import SignInCodeForm
from helix.teams.keys import use_link
from helix.teams.models import User
from helix.teams.sudo import GOING

sensitive = sensitive_post_parameters("password", "code", "current", "new")


class SignInForm(LoginForm):
    """E-mail and password; allauth counts what fails, for each account and each address."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["login"].max_length = 254
        self.fields["password"].max_length = 256

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        return password[:256]


def way_on(request: HttpRequest, wanted: str) -> str:
    """The wanted address when it is one of ours, else home."""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and urlsplit(wanted).path.startswith("/") else "/"


@sensitive
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = way_on(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.user.is_authenticated:
        return redirect(wanted)
    if request.method == "GET":
        return render(request, "teams/sign_in.html", {"form": SignInForm(request=request), "next": wanted})
    if not ratelimit.consume(request, action="login"):
        return render(request, "teams/sign_in.html", {"refused": WORDS["rate_limited"], "next": wanted}, status=429)
    form = SignInForm(request.POST, request=request)
    if form.is_valid():
        answer: HttpResponse = form.login(request, redirect_url=wanted)
        return answer
    status = 429 if form.has_error("__all__", "too_many_login_attempts") else 422
    return render(request, "teams/sign_in.html", {"form": form, "next": wanted}, status=status)


@sensitive
@require_http_methods(["GET", "POST"])
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="teams:sign_in")
def second_step(request: Any) -> HttpResponse:
    """The code of the app, or a recovery code, after the password or the link."""
    stage = request._login_stage
    if "back" in request.POST:
        clear_login(request)
        return redirect("teams:sign_in")
    form = SignInCodeForm(data=request.POST if request.method == "POST" else None, user=stage.login.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        answer: HttpResponse = stage.exit()
        return answer
    status = 422 if request.method == "POST" else 200
    return render(request, "teams/second_step.html", {"form": form, "person": stage.login.user}, status=status)


@never_cache
@require_GET
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """A link from `manage.py signin_link`: signs in once. Only GET uses it up, so HEAD of a link preview does not."""
    user = use_link(token)
    if user is not None:
        return enter(request, user, way="link", wanted=str(request.session.get(GOING, "/")))
    if request.user.is_authenticated:
        return redirect("teams:home")
    return render(request, "teams/link_gone.html", status=410)


def enter(request: HttpRequest, user: User, *, way: str, wanted: str = "/") -> HttpResponseBase:
    """Sign this person in, who showed who they are in this `way`; a second factor they have is asked for first."""
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, user, method=way)
    answer: HttpResponseBase = perform_login(
        request, user, email_verification="none", redirect_url=way_on(request, wanted)
    )
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("teams:sign_in")
