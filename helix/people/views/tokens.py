"""Team, API tokens: list, make (shown once), revoke."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from helix.people.forms import TokenForm
from helix.teams.access import TeamRequest, needs
from helix.teams.keys import make_token, revoke_token
from helix.teams.models import ApiToken, Member
from helix.teams.roles import IN_WORDS, Ability, Role
from helix.teams.rules import roles_to_give, why_not_give
from helix.teams.sudo import confirmed_to_change

SHOWN = 200


@require_http_methods(["GET", "POST"])
@needs(Ability.ADMINISTER)
@confirmed_to_change
def page(request: TeamRequest) -> HttpResponse:
    """The tokens; and the form that makes one."""
    if request.method == "GET":
        return _page(request, TokenForm(initial={"role": "operator", "days": 90}))
    form = TokenForm(request.POST)
    if form.is_valid() and (reason := why_not_give(request.member.role, form.cleaned_data["role"])):
        form.add_error("role", reason)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = form.cleaned_data
    key = make_token(request.team, request.user, Role(given["role"]), given["name"], given["days"])
    return _page(request, TokenForm(initial={"role": "operator", "days": 90}), key=key, made=given["name"])


@require_POST
@needs(Ability.ADMINISTER)
def revoke(request: TeamRequest, token_id: UUID) -> HttpResponse:
    """The token opens nothing from now on."""
    token = get_object_or_404(ApiToken, team=request.team, pk=token_id)
    done = revoke_token(token)
    words = f"The token “{token.name}” (…{token.last4}) opens nothing from now on."
    messages.success(request, words if done else f"The token “{token.name}” was revoked before.")
    return redirect("people:tokens", team=request.team.slug)


def _page(request: TeamRequest, form: TokenForm, status: int = 200, **more: object) -> HttpResponse:
    now = timezone.now()
    here = set(
        Member.objects.filter(team=request.team, user__is_active=True).values_list("user_id", flat=True)
    )  # a token is as dead as its maker's place
    found = ApiToken.objects.filter(team=request.team).select_related("maker").order_by("-created_at", "-id")
    rows = []
    for token in found[:SHOWN]:
        state = "working"
        if token.revoked_at:
            state = "revoked"
        elif token.expires_at <= now:
            state = "expired"
        elif token.maker_id not in here:
            state = "maker left"
        rows.append((token, state))
    page = {
        "section": "tokens",
        "form": form,
        "rows": [row for row in rows if row[1] == "working"],
        "over": [row for row in rows if row[1] != "working"],
        "roles": [(role, IN_WORDS[role]) for role in roles_to_give(request.member.role)],
        "chosen": form["role"].value(),
        "base": settings.HELIX.HELIX_BASE_URL or f"{request.scheme}://{request.get_host()}",
        **more,
    }
    return render(request, "people/tokens.html", page, status=status)
