"""The door (sign in by password or by a link that works once), the account, the theme, and the way home."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helix.teams.forms import AccountForm, PasswordForm, SignInForm, known_zone
from helix.teams.keys import use_link
from helix.teams.models import Member, User

THEMES = ("system", "light", "dark")
YEAR = 365 * 24 * 3600


def _way_on(request: HttpRequest, wanted: str) -> str:
    """The wanted address when it is one of ours, else home."""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours and urlsplit(wanted).path.startswith("/") else "/"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The flows of the person's first team; the door for strangers."""
    if not request.user.is_authenticated:
        return redirect("teams:sign_in")
    place = Member.objects.filter(user=request.user).select_related("team").order_by("pk").first()
    if place is None:
        return render(request, "teams/no_team.html")
    return redirect("flows:list", team=place.team.slug)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = _way_on(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.user.is_authenticated:
        return redirect(wanted)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        login(request, form.user)
        return redirect(wanted)
    status = 422 if request.method == "POST" else 200
    return render(request, "teams/sign_in.html", {"form": form, "next": wanted}, status=status)


@never_cache
@require_GET
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A link from `manage.py signin_link`: signs in once. Only GET uses it up, so HEAD of a link preview does not."""
    user = use_link(token)
    if user is not None:
        login(request, user)
        return redirect("teams:home")
    if request.user.is_authenticated:
        return redirect("teams:home")
    return render(request, "teams/link_gone.html", status=410)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("teams:sign_in")


@require_http_methods(["GET", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # login_required
    user, form = request.user, AccountForm(request.POST)
    if request.method == "GET":
        return _account_page(request, user)
    if form.is_valid():
        user.name, user.timezone = form.cleaned_data["name"], form.cleaned_data["timezone"]
        user.save(update_fields=["name", "timezone"])
        messages.success(request, "Your account is saved.")
        return redirect("teams:account")
    return _account_page(request, user, form=form)


@require_POST
@login_required
def password(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # login_required
    form = PasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _account_page(request, request.user, password_form=form)
    request.user.set_password(form.cleaned_data["new"])
    request.user.save(update_fields=["password"])
    update_session_auth_hash(request, request.user)
    messages.success(request, "Your password is changed. Your other sessions are signed out.")
    return redirect("teams:account")


def _account_page(
    request: HttpRequest, user: User, *, form: AccountForm | None = None, password_form: PasswordForm | None = None
) -> HttpResponse:
    forms = {
        "form": form or AccountForm(initial={"name": user.name, "timezone": user.timezone}),
        "password_form": password_form or PasswordForm(user),
        "has_password": user.has_usable_password(),
    }
    return render(request, "teams/account.html", forms, status=422 if request.method == "POST" else 200)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme: in the browser, and on the account of a person who is signed in."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponse("Choose system, light or dark.", status=400)
    if isinstance(request.user, User):
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    htmx = request.headers.get("HX-Request")
    answer = HttpResponse(status=204) if htmx else redirect(_way_on(request, request.POST.get("next", "/")))
    answer.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return answer


@require_POST
@login_required
def zone(request: HttpRequest) -> HttpResponse:
    """Take over the browser's time zone, for an account that never chose one."""
    assert isinstance(request.user, User)  # login_required
    try:
        name = known_zone(request.POST.get("timezone", ""))
    except ValidationError as refused:
        return HttpResponse(refused.message, status=400)
    User.objects.filter(pk=request.user.pk, timezone="UTC").update(timezone=name)
    return HttpResponse(status=204)
