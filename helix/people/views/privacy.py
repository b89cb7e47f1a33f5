"""Team, Retention and privacy: how long data stay, and erasing a person. A person's name never stands in an address."""

import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helix.connections.blinding import blind, normal
from helix.engine.erasing import erase, noted_runs
from helix.engine.keeping import DAYS, MOST, BadDays, keep, take_days, would_go
from helix.engine.states import FINAL_RUN_STATES
from helix.people.forms import DaysForm, PersonForm
from helix.teams.access import TeamRequest, needs
from helix.teams.models import Team
from helix.teams.roles import Ability
from helix.teams.sudo import confirmed


@require_GET
@needs(Ability.ADMINISTER)
def page(request: TeamRequest) -> HttpResponse:
    """The three numbers of days and what they mean now; the form that erases a person."""
    return _page(request)


@require_POST
@needs(Ability.ADMINISTER)
def days(request: TeamRequest) -> HttpResponse:
    """Save the days. What would be removed within minutes is told first, and saved when it is confirmed."""
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    # A copy: what is only tried must not stand in the page's own team.
    tried = copy.copy(request.team)
    try:
        take_days(tried, form.cleaned_data)
        going = would_go(tried)
        if going.total() > would_go(request.team).total() and request.POST.get("sure") != "yes":
            return _page(request, form=form, going=going)
        keep(Team.objects.get(pk=request.team.pk), form.cleaned_data)
    except BadDays as refused:
        form.add_error(refused.field, str(refused))
        return _page(request, form=form, status=422)
    messages.success(request, "How long data are kept is saved.")
    return redirect("people:privacy", team=request.team.slug)


@require_POST
@needs(Ability.ADMINISTER)
@confirmed
def person(request: TeamRequest) -> HttpResponse:
    """First what would be erased, in counts; once the person was typed again, the erasing itself and what it did."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, person_form=form, status=422)
    wanted = form.cleaned_data["person"].strip()
    if not normal(wanted):
        form.add_error("person", "Write the id or e-mail address of a person.")
        return _page(request, person_form=form, status=422)
    typed = form.cleaned_data["typed"].strip()
    if "typed" in request.POST and typed == wanted:
        done = erase(request.team, wanted)
        digest = next(iter(sorted(blind(request.team.pk, [wanted]))), "")
        return _page(request, done=done, rows=sorted(done.rows.items()), digest=digest, at=timezone.now())
    if "typed" in request.POST:
        form.add_error("typed", "This is not what you wrote above. Type the same id or address again.")
    found = noted_runs(request.team, wanted)
    live = found.exclude(state__in=sorted(FINAL_RUN_STATES)).distinct().count()
    counts = {"all": found.distinct().count(), "live": live}
    return _page(request, person_form=form, wanted=wanted, counts=counts, status=422 if form.errors else 200)


def _page(request: TeamRequest, *, form: DaysForm | None = None, status: int = 200, **more: object) -> HttpResponse:
    team = request.team
    shown = form or DaysForm(initial={name: getattr(team, column) for name, (column, _) in DAYS.items()})
    page = {"section": "privacy", "form": shown, "now_due": would_go(team), "most": MOST, **more}
    return render(request, "people/privacy.html", page, status=status)
