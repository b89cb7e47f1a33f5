"""The only permission code: who may open a page. A stranger meets 404, a member without the ability 403."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from helix.teams.models import Member, Team, User
from helix.teams.roles import Ability, may
from helix.teams.second_factor import has_second_factor
from helix.teams.sharing import of_role


class TeamRequest(HttpRequest):
    """A request of a member on a page of their team."""

    team: Team
    member: Member
    user: User
    abilities: frozenset[Ability]
    """What the member may do here: by their role, or with the flow that the address is about."""


View = Callable[..., HttpResponseBase]

Looker = Callable[[Member, Mapping[str, Any]], frozenset[Ability] | None]
_lookers: list[Looker] = []


def tells_of_flows(look: Looker) -> None:
    """A room below says what a member may do with the flow of an address: None when it names no flow that there is."""
    _lookers.append(look)


def with_the_flow(member: Member, given: Mapping[str, Any]) -> frozenset[Ability] | None:
    """What the member may do with the flow that these parameters of an address lead to; None when they lead to none."""
    return next((found for look in _lookers if (found := look(member, given)) is not None), None)


def _led_to_second_factor(request: HttpRequest, team: Team) -> HttpResponseBase:
    """A team that asks for a second factor opens to nobody without one; they are led to where they set it up, and back."""
    words = f"{team} opens with a second factor only. Set yours up now; then you go on where you wanted to."
    if request.headers.get("Accept", "").startswith("application/json"):
        error = {"code": "second_factor_needed", "message": words, "hint": "", "place": ""}
        return JsonResponse({"error": error}, status=403)
    messages.info(request, words)
    wanted = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{reverse('teams:second_factor')}?{urlencode({'next': wanted})}")


def needs(ability: Ability) -> Callable[[View], View]:
    """Lets a view see only members who have the ability; gives it `request.team` and `request.member`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, team: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if request.headers.get("Accept", "").startswith("application/json"):
                    message = "You are signed out. Sign in again in another tab, then repeat; your work is kept here."
                    return JsonResponse(
                        {"error": {"code": "signed_out", "message": message, "hint": "", "place": ""}}, status=401
                    )
                return redirect_to_login(request.get_full_path())
            member = Member.objects.select_related("team").filter(team__slug=team, user=request.user).first()
            if member is None:
                raise Http404
            if member.team.needs_second_factor and not has_second_factor(request.user):
                return _led_to_second_factor(request, member.team)
            found = with_the_flow(member, kwargs)
            if not (ability in found if found else may(member.role, ability)):
                raise PermissionDenied(
                    f"Your role in {member.team} ({member.role}) does not allow this; ask an admin of the team."
                    if not found
                    else "What you were granted on this flow does not allow this; ask who shared it with you."
                )
            if found is not None and not found:
                raise Http404  # answered as a flow that is none
            request.member, request.team = member, member.team
            request.abilities = of_role(member.role) if found is None else found
            answer = view(request, *args, **kwargs)
            answer.headers.setdefault("Cache-Control", "no-store, private")  # nothing of a team stays after signing out
            return answer

        return guarded

    return decorate
