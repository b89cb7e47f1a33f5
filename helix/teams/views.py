"""The way home, the theme, and the browser's time zone."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from helix.teams.account_pages import keep_theme
from helix.teams.forms import THEMES, known_zone
from helix.teams.models import Member, User
from helix.teams.signing_in import way_on


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The flows of the person's first team; the door for strangers."""
    if not request.user.is_authenticated:
        return redirect("teams:sign_in")
    place = Member.objects.filter(user=request.user).select_related("team").order_by("pk").first()
    if place is None:
        return render(request, "teams/no_team.html")
    return redirect("flows:list", team=place.team.slug)


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
    answer = HttpResponse(status=204) if htmx else redirect(way_on(request, request.POST.get("next", "/")))
    keep_theme(request, answer, chosen)
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
