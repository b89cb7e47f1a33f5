"""Retrying and cancelling many runs: what would happen is shown first, then done by the workers while the page follows."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from helix.engine.bulk.carrying import progress, stop
from helix.engine.bulk.freezing import MOST, candidates, freeze_runs
from helix.engine.bulk.models import BulkAction, BulkItem, BulkItemState, BulkKind, BulkState
from helix.engine.models import Run
from helix.flows.access import barred, flows_for, visible
from helix.ids import new_id
from helix.runs.filters import RunFilter
from helix.runs.paging import PAGE
from helix.runs.views.listing import link
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability

KINDS = {"retry": BulkKind.RETRY, "cancel": BulkKind.CANCEL}
WORDS: dict[str, tuple[str, str]] = {
    BulkKind.RETRY: ("Go on with", "gone on with"),
    BulkKind.CANCEL: ("Cancel", "cancelled"),
    BulkKind.ARRIVED: ("Answer “it arrived” for", "answered"),
    BulkKind.AGAIN: ("Send again for", "sent again"),
    BulkKind.SKIP: ("Skip the step for", "answered"),
}
ITEMS = 50


@require_POST
@needs(Ability.OPERATE)
def ask(request: TeamRequest) -> HttpResponse:
    """What would be done to which runs, and how many of them; nothing is done yet."""
    kind = KINDS.get(request.POST.get("act", ""))
    if kind is None:
        messages.error(request, "Choose what to do: retry or cancel.")
        return redirect("runs:list", team=request.team.slug)
    wanted, ids = _chosen(request)
    if ids is not None and not ids:
        messages.info(request, "No run was chosen. Tick the runs in the list, or take all that match the filter.")
        return redirect(_list(request, wanted))
    runs = wanted.runs(request.team) if ids is None else _runs(request).filter(pk__in=ids)
    fit = candidates(kind, runs)
    number = fit.order_by()[: MOST + 1].count()
    sample = fit.select_related("flow", "version").order_by("-created_at", "-id")[:5]
    page = {
        "act": kind,
        "verb": WORDS[kind][0],
        "number": min(number, MOST),
        "more": number > MOST,
        "most": MOST,
        "chosen": None if ids is None else len(ids),
        "left_out": 0 if ids is None else len(ids) - number,
        "sample": sample,
        "words": _words(request, wanted, ids),
        "ids": [] if ids is None else ids,
        "pairs": wanted.pairs(),
        "back": _list(request, wanted),
        "key": str(new_id()),
    }
    return render(request, "runs/bulk_ask.html", page)


@require_POST
@needs(Ability.OPERATE)
def begin(request: TeamRequest) -> HttpResponse:
    """Write down which runs it is about, as they are at this moment, and leave the doing to the workers."""
    kind = KINDS.get(request.POST.get("act", ""))
    wanted, ids = _chosen(request)
    if kind is None or ids == []:
        return redirect(_list(request, wanted))
    runs = wanted.runs(request.team) if ids is None else _runs(request).filter(pk__in=ids)
    key = request.POST.get("key", "")[:64] or str(new_id())
    words = _words(request, wanted, ids)[:400]
    action = freeze_runs(request.team, request.user, kind, candidates(kind, runs), words=words, key=key)
    return redirect("runs:bulk", team=request.team.slug, action_id=action.pk)


@require_GET
@needs(Ability.SEE)
def show(request: TeamRequest, action_id: UUID) -> HttpResponse:
    """How far it is, and what came of each run."""
    action = _action(request, action_id)
    template = "runs/_bulk.html" if request.GET.get("part") else "runs/bulk.html"
    return render(request, template, _shown(request, action))


@require_GET
@needs(Ability.SEE)
def listing(request: TeamRequest) -> HttpResponse:
    """The latest actions on many runs."""
    found = _actions(request).order_by("-created_at")[:50]
    rows = [{"action": action, "verb": WORDS[action.kind][0], **progress(action)} for action in found]
    return render(request, "runs/bulk_list.html", {"rows": rows})


@require_POST
@needs(Ability.OPERATE)
def halt(request: TeamRequest, action_id: UUID) -> HttpResponse:
    """Leave the rest undone."""
    action = _action(request, action_id)
    if stop(action, f"Stopped by {request.user}. What was done stays done."):
        messages.success(request, "Stopped: the runs that are left stay as they are.")
    else:
        messages.info(request, "It had ended already.")
    return redirect("runs:bulk", team=request.team.slug, action_id=action.pk)


def _runs(request: TeamRequest) -> QuerySet[Run]:
    """The runs that the member may act on."""
    return visible(request.member, Run.objects.filter(team=request.team), ability=Ability.OPERATE)


def _actions(request: TeamRequest) -> QuerySet[BulkAction]:
    """The team's actions, without those on runs of flows that the viewer does not see: their words would name them."""
    found = BulkAction.objects.filter(team=request.team).select_related("by")
    if hidden := barred(request.member):
        of_hidden = BulkItem.objects.filter(action=OuterRef("pk"), run__flow__in=hidden)
        found = found.exclude(Exists(of_hidden)).exclude(total=0)
    return found


def _action(request: TeamRequest, action_id: UUID) -> BulkAction:
    return get_object_or_404(_actions(request), pk=action_id)


def _shown(request: TeamRequest, action: BulkAction) -> dict[str, Any]:
    only = request.GET.get("only", "")
    only = only if only in list(BulkItemState) else ""
    after = request.GET.get("after", "")
    items = action.items.filter(state=only) if only else action.items.all()
    if after.isdecimal():
        items = items.filter(position__gt=int(after))
    rows = list(items.select_related("run__flow").order_by("position")[: ITEMS + 1])
    begun = dict(Run.objects.filter(pk__in=[row.begun for row in rows if row.begun]).values_list("pk", "state"))
    address = reverse("runs:bulk", kwargs={"team": request.team.slug, "action_id": action.pk})
    counts = progress(action)
    return {
        "action": action,
        "verb": WORDS[action.kind][0],
        "done_word": WORDS[action.kind][1],
        "rows": [_item(row, begun) for row in rows[:ITEMS]],
        "only": only,
        "counts": counts,
        "left": counts["planned"],
        "carrying": action.state == BulkState.CARRYING,
        "tabs": [(key, words, count, link(address, [("only", key)])) for key, words, count in _tabs(action, counts)],
        "here": link(address, [("only", only), ("after", after), ("part", "1")]),
        "next": link(address, [("only", only), ("after", str(rows[ITEMS - 1].position))]) if len(rows) > ITEMS else "",
    }


def _tabs(action: BulkAction, counts: dict[str, int]) -> list[tuple[str, str, int]]:
    return [
        ("", "All", action.total),
        ("done", "Done", counts["done"]),
        ("refused", "Refused", counts["refused"]),
        ("planned", "Not yet" if action.state == BulkState.CARRYING else "Left as they were", counts["planned"]),
    ]


def _item(item: BulkItem, begun: dict[UUID, str]) -> dict[str, Any]:
    return {"item": item, "begun_state": begun.get(item.begun) if item.begun else None}


def _chosen(request: TeamRequest) -> tuple[RunFilter, list[UUID] | None]:
    """The filter that the form was sent from, and the ticked runs; None for all that match."""
    wanted = RunFilter.read(request.POST.dict(), persons=True)
    wanted = replace(wanted, hidden=tuple(barred(request.member, Ability.OPERATE)))
    if request.POST.get("all"):
        return wanted, None
    ids: list[UUID] = []
    for text in request.POST.getlist("run")[:PAGE]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return wanted, ids


def _words(request: TeamRequest, wanted: RunFilter, ids: list[UUID] | None) -> str:
    if ids is not None:
        return f"{len(ids)} chosen run{'s' if len(ids) != 1 else ''}"
    flow = flows_for(request.member, deleted=True).filter(pk=wanted.flow).first() if wanted.flow else None
    return f"all {wanted.words(flow)}"


def _list(request: TeamRequest, wanted: RunFilter) -> str:
    return link(reverse("runs:list", kwargs={"team": request.team.slug}), wanted.pairs())
