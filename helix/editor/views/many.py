"""One act on many flows: what would be done and what is refused is shown first; then it is done, and what came of each is told."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from helix.editor.flow_rows import matching
from helix.editor.views.flows import link
from helix.flows.access import barred, flows_for, visible
from helix.flows.filing import tags_of
from helix.flows.finding import RESTORABLE, FlowFilter, deleted
from helix.flows.models import Flow, Folder, ManyAct
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may
from helix.triggers.many import MOST, Verb, carry_on, carry_out, foreseen, ids_of, read_wanted

WORDS: dict[str, tuple[str, str, str, str]] = {
    Verb.ON: ("Switch on", "switched on", "power", "Their triggers start runs from then on."),
    Verb.OFF: ("Switch off", "switched off", "zap-off", "Nothing starts them by itself any more. Runs under way finish."),
    Verb.MOVE: ("Move", "moved", "folder", "Only where they are listed changes; they run as before."),
    Verb.TAG: ("Tag", "tagged", "tag", "Tags are added to those that a flow wears already."),
    Verb.UNTAG: ("Take tags from", "untagged", "tag", "Tags that no flow wears any more disappear from the filter."),
    Verb.DELETE: (
        "Delete", "deleted", "trash-2",
        f"Their triggers stop and they leave the list. Past runs stay readable, and for {RESTORABLE.days} days you can bring them back.",
    ),
    Verb.RESTORE: ("Bring back", "brought back", "rotate-ccw", "They come back switched off."),
}  # fmt: skip
NEEDS = {Verb.MOVE: Ability.EDIT, Verb.TAG: Ability.EDIT, Verb.UNTAG: Ability.EDIT}
SHOWN = 8


@require_POST
@needs(Ability.EDIT)
def ask(request: TeamRequest) -> HttpResponse:
    """What would become of which flows; nothing is done yet."""
    verb = _verb(request)
    wanted, flows = _chosen(request, verb)
    if verb is None or not flows:
        messages.info(request, "No flow was chosen. Tick flows in the list, or take all that match the filter.")
        return redirect(_list(request, wanted))
    page = _asked(request, verb, wanted, flows)
    return render(request, "flows/many_ask.html", page)


def _asked(request: TeamRequest, verb: Verb, wanted: FlowFilter, flows: list[Flow], bad: str = "") -> dict[str, Any]:
    foresight = foreseen(request.team, verb, flows)
    fit = [result.flow for result in foresight if result.done]
    return {
        "verb": verb,
        "words": WORDS[verb],
        "chosen": len(flows),
        "number": len(fit),
        "sample": fit[:SHOWN],
        "rest": max(0, len(fit) - SHOWN),
        "refused": [result for result in foresight if not result.done],
        "ids": ",".join(str(flow.pk) for flow in flows),  # one field: a form may hold a thousand at most
        "pairs": wanted.pairs(),
        "folders": Folder.objects.filter(team=request.team).order_by("path"),
        "known_tags": tags_of(request.team),
        "most": MOST,
        "back": _list(request, wanted),
        "bad": bad,
    }


@require_POST
@needs(Ability.EDIT)
def begin(request: TeamRequest) -> HttpResponse:
    """Do it, and lead to what came of each."""
    verb = _verb(request)
    wanted, flows = _chosen(request, verb)
    if verb is None or not flows:
        return redirect(_list(request, wanted))
    to = request.POST.get("new_folder", "").strip() or request.POST.get("to", "")
    try:
        act = read_wanted(verb, to, ",".join([*request.POST.getlist("tag_named"), request.POST.get("tags", "")]))
        done = carry_out(request.team, request.user, act, flows, _told(verb, to, act.tags))
    except ValueError as bad:
        return render(request, "flows/many_ask.html", _asked(request, verb, wanted, flows, str(bad)), status=422)
    return redirect(link(reverse("flows:many", args=[request.team.slug, done.pk]), wanted.pairs()))


def _told(verb: Verb, to: str, tags: list[str]) -> str:
    if verb == Verb.MOVE:
        return f"to “{to}”" if to else "to the top, in no folder"
    return ", ".join(tags)


@require_POST
@needs(Ability.EDIT)
def go_on(request: TeamRequest, act_id: UUID) -> HttpResponse:
    """Do more of what is left; the page of the results asks for it by itself."""
    act = get_object_or_404(ManyAct, team=request.team, pk=act_id)
    _allowed(request, Verb(act.act))
    carry_on(act)
    pairs = FlowFilter.read(request.GET.dict()).pairs()
    return redirect(link(reverse("flows:many", args=[request.team.slug, act.pk]), pairs))


@require_GET
@needs(Ability.SEE)
def show(request: TeamRequest, act_id: UUID) -> HttpResponse:
    """What came of each flow."""
    act = get_object_or_404(ManyAct.objects.select_related("by"), team=request.team, pk=act_id)
    hidden = set(map(str, barred(request.member)))
    results = [result for result in act.results if result[0] not in hidden]
    done = [result for result in results if result[2]]
    page = {
        "act": act,
        "words": WORDS[act.act],
        "results": sorted(results, key=lambda result: bool(result[2])),
        "done": done,
        "refused": len(results) - len(done),
        "undo": act.act == Verb.DELETE,
        "left": len(act.rest),
        "total": len(act.rest) + len(act.results),
        "go_on": link(
            reverse("flows:many_go_on", args=[request.team.slug, act.pk]), FlowFilter.read(request.GET.dict()).pairs()
        ),
        "undo_ids": ",".join(result[0] for result in done),
        "back": _list(request, FlowFilter.read(request.GET.dict())),
    }
    return render(request, "flows/many.html", page)


def _verb(request: TeamRequest) -> Verb | None:
    """What is asked for; PermissionDenied when the member may not do that."""
    given = request.POST.get("act", "")
    if given not in list(Verb):
        return None
    _allowed(request, Verb(given))
    return Verb(given)


def _allowed(request: TeamRequest, verb: Verb) -> None:
    if not may(request.member.role, NEEDS.get(verb, Ability.PUBLISH)):
        raise PermissionDenied(f"Your role in {request.team} does not allow this; ask an admin of the team.")


def _chosen(request: TeamRequest, verb: Verb | None) -> tuple[FlowFilter, list[Flow]]:
    """The filter that the form was sent from, and the flows: the ticked ones, or all that match."""
    wanted = FlowFilter.read(request.POST.dict())
    ids = ids_of(request.POST.getlist("flow"))
    found: QuerySet[Flow]
    if verb == Verb.RESTORE:
        found = deleted(request.team).filter(pk__in=ids)
    elif request.POST.get("all"):
        found = matching(request.member, wanted)
    else:
        found = flows_for(request.member).filter(pk__in=ids).order_by("name")
    if verb is not None:
        found = visible(request.member, found, "pk", NEEDS.get(verb, Ability.PUBLISH))
    return wanted, list(found.select_related("team").defer("draft", "problems", "editors")[:MOST])


def _list(request: TeamRequest, wanted: FlowFilter) -> str:
    return link(reverse("flows:list", kwargs={"team": request.team.slug}), wanted.pairs())
