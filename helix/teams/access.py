"""The only permission code: who may open a page. A stranger meets 404, a member without the ability 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse

from helix.teams.models import Member, Team, User
from helix.teams.roles import Ability, may


class TeamRequest(HttpRequest):
    """A request of a member on a page of their team."""

    team: Team
    member: Member
    user: User


View = Callable[..., HttpResponseBase]


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
            if not may(member.role, ability):
                raise PermissionDenied(
                    f"Your role in {member.team} ({member.role}) does not allow this; ask an admin of the team."
                )
            request.member, request.team = member, member.team
            answer = view(request, *args, **kwargs)
            answer.headers.setdefault("Cache-Control", "no-store, private")  # nothing of a team stays after signing out
            return answer

        return guarded

    return decorate
