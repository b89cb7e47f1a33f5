"""What the command bar offers for the text typed so far: flows, runs, things to do, pages, teams, steps; what was chosen last first."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from helix.connections.service_forms import services
from helix.editor.flow_rows import matching
from helix.engine.models import Run
from helix.flows.access import flows_for, visible
from helix.flows.finding import FlowFilter
from helix.flows.models import Flow
from helix.flows.steps import STEP_TYPES
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may
from helix.teams.templatetags.rooms import gallery_address

MOST_FLOWS, MOST_UNASKED, MOST_RUN, MOST_STEPS, MOST_RECENT, MOST_RUNS = 8, 4, 4, 8, 5, 3
LEAST_OF_AN_ID = 8


@dataclass(frozen=True)
class Entry:
    """One line of the bar. `key`: what the browser remembers when it is chosen; `post`: it is done by a form."""

    name: str
    icon: str
    href: str
    where: str
    key: str = ""
    post: bool = False
    value: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    entries: list[Entry]


@require_GET
@needs(Ability.SEE)
def jump(request: TeamRequest) -> HttpResponse:
    """The groups of entries that fit; `recent` names what this browser chose last, the newest first."""
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    verb, _, rest = text.partition(" ")
    running = verb.lower() == "run" and bool(rest)
    recent = request.GET.get("recent", "").split(",")[:20]
    everything = [*_pages(request), *_acts(request), *_teams(request)]
    fitting = [entry for entry in everything if _fits(entry.name, text)]
    flows = _flows(request, rest if running else text)
    groups = [
        Group("Recent", [] if text else _recent(request, recent, everything)),
        Group("Runs", _runs(request, text)),
        Group("Flows", flows[: MOST_FLOWS if text else MOST_UNASKED]),
        Group("Run now", _runnable(request, rest if running else text)),
        Group("Do", [entry for entry in fitting if entry.key.startswith("do:")]),
        Group("Pages", [entry for entry in fitting if entry.key.startswith("page:")]),
        Group("Teams", [entry for entry in fitting if entry.key.startswith("team:")]),
        Group("Steps in the catalogue", _steps(request, text)),
        Group("Create", _create(request, text)),
    ]
    if running:
        groups.insert(0, groups.pop(3))
    if not text:
        told = {entry.key for entry in groups[0].entries}
        groups[1:] = [Group(one.title, [e for e in one.entries if e.key not in told]) for one in groups[1:]]
    groups = [group for group in groups if group.entries]
    return render(request, "flows/_jump.html", {"groups": groups, "q": text})


def _fits(name: str, text: str) -> bool:
    return all(word in name.lower() for word in text.lower().split())


def _entry_of(request: TeamRequest, flow: Flow) -> Entry:
    where = str(flow.folder) if flow.folder else "Flow"
    return Entry(flow.name, "workflow", _at(request, "editor:edit", flow_id=flow.pk), where, f"flow:{flow.pk}")


def _flows(request: TeamRequest, text: str) -> list[Entry]:
    found = matching(request.member, FlowFilter(q=text)).select_related("folder").only("name", "folder__path")
    return [_entry_of(request, flow) for flow in found[: MOST_FLOWS + MOST_RECENT]]


def _runnable(request: TeamRequest, text: str) -> list[Entry]:
    """Flows that a person of this role can start, once something of them was typed."""
    if not text or not may(request.member.role, Ability.OPERATE):
        return []
    mine = visible(request.member, flows_for(request.member), "pk", Ability.OPERATE)
    found = mine.filter(published__isnull=False).only("name").order_by("name")
    for word in text.split():
        found = found.filter(name__icontains=word)
    return [
        Entry(f"Run “{flow.name}”…", "play", _at(request, "editor:start", flow_id=flow.pk), "Run", f"run:{flow.pk}")
        for flow in found[:MOST_RUN]
    ]


def _recent(request: TeamRequest, keys: list[str], everything: list[Entry]) -> list[Entry]:
    """What was chosen last, as it is called now; what is gone is left out."""
    ids = [pk for key in keys if (pk := _uuid(key.partition(":")[2]))]
    flows = {
        flow.pk: flow
        for flow in flows_for(request.member).filter(pk__in=ids).select_related("folder").only("name", "folder__path")
    }
    known = {entry.key: entry for entry in everything}
    found: list[Entry] = []
    for key in dict.fromkeys(keys):
        kind, _, rest = key.partition(":")
        flow = flows.get(pk) if (pk := _uuid(rest)) else None
        if key in known:
            found.append(known[key])
        elif flow and kind == "flow":
            found.append(_entry_of(request, flow))
        elif flow and kind == "run" and may(request.member.role, Ability.OPERATE):
            found.append(
                Entry(f"Run “{flow.name}”…", "play", _at(request, "editor:start", flow_id=flow.pk), "Run", key)
            )
    return found[:MOST_RECENT]


def _runs(request: TeamRequest, text: str) -> list[Entry]:
    """A run by its id, or by the beginning of it."""
    digits = text.lower().replace("-", "")
    if not LEAST_OF_AN_ID <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        return []
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    runs = visible(request.member, Run.objects.filter(team=request.team))
    found = runs.filter(pk__gte=first, pk__lte=last).select_related("flow")
    shown = found.only("state", "created_at", "flow__name").order_by("-pk")[:MOST_RUNS]
    return [
        Entry(f"{run.flow.name}: {run.state.replace('_', ' ')}, {str(run.pk)[:8]}…", "activity", _at(request, "runs:run", run_id=run.pk), "Run")
        for run in shown
    ]  # fmt: skip


def _create(request: TeamRequest, text: str) -> list[Entry]:
    if not text or not may(request.member.role, Ability.EDIT):
        return []
    return [Entry(f"New flow “{text}”", "plus", _at(request, "flows:new"), "Create", post=True, value=text)]


def _acts(request: TeamRequest) -> list[Entry]:
    role, found = request.member.role, []
    if may(role, Ability.EDIT):
        flows = _at(request, "flows:list")
        found += [
            ("new", "New flow", "plus", f"{flows}#open-new-flow"),
            ("file", "New flow from a file (Helix or n8n)", "file-up", f"{flows}#open-import-flow"),
        ]
        if gallery := gallery_address(request.team.slug):
            found.append(("template", "New flow from a template", "layout-template", gallery))
    if may(role, Ability.CONNECT):
        connections = _at(request, "connections:list")
        found += [
            ("connect", "Connect Customer.io", "plug", f"{connections}#open-connect"),
            ("connect-http", "Connect an HTTP service", "globe", f"{connections}#open-connect-http"),
            *[
                (f"connect-{key}", f"Connect {service.title}", "plug", f"{connections}#open-connect-{key}")
                for key, service in services().items()
            ],
        ]
    return [Entry(name, icon, href, "Do", f"do:{key}") for key, name, icon, href in found]


def _pages(request: TeamRequest) -> list[Entry]:
    role = request.member.role
    runs = _at(request, "runs:list")
    found = [
        ("flows", "Flows", "workflow", _at(request, "flows:list")),
        ("deleted", "Deleted flows", "trash-2", _at(request, "flows:deleted")),
        ("runs", "Runs", "activity", runs),
        ("failed", "Failed runs", "circle-x", runs + "?state=failed"),
        ("attention", "Waiting for your answer", "inbox", _at(request, "runs:attention")),
        ("many", "Actions on many runs", "list-checks", _at(request, "runs:bulk_list")),
        ("schedule", "Schedule", "calendar-days", _at(request, "planner:page")),
        ("insights", "Insights", "chart-column", _at(request, "insights:page")),
        ("alerts", "Alerts", "bell", _at(request, "alerts:page")),
        ("connections", "Connections", "plug", _at(request, "connections:list")),
        ("catalogue", "Catalogue", "library", _at(request, "catalogue:list")),
    ]
    if gallery := gallery_address(request.team.slug):
        found.append(("templates", "Templates", "layout-template", gallery))
    if may(role, Ability.OPERATE):
        found.append(("sandbox", "Sandbox", "flask-conical", _at(request, "sandbox:page")))
    found.append(("team", "Team", "users", _at(request, "people:members")))
    if may(role, Ability.ADMINISTER):
        found += [
            ("audit", "Audit log", "scroll-text", _at(request, "trail:page")),
            ("alerting", "Settings of alerts", "bell", _at(request, "alerts:team")),
        ]
    found += [
        ("account", "Account", "settings", reverse("teams:account")),
        ("api", "REST API", "code", reverse("api_docs")),
    ]
    return [Entry(name, icon, href, "Page", f"page:{key}") for key, name, icon, href in found]


def _teams(request: TeamRequest) -> list[Entry]:
    others = request.user.teams.exclude(pk=request.team.pk).order_by("name").values_list("slug", "name")
    return [
        Entry(f"Switch to {name}", "users", reverse("flows:list", kwargs={"team": slug}), "Team", f"team:{slug}")
        for slug, name in others
    ]


def _steps(request: TeamRequest, text: str) -> list[Entry]:
    if not text:
        return []
    return [
        Entry(step.title, step.icon, _at(request, "catalogue:step", key=step.key), "Catalogue")
        for step in STEP_TYPES.values()
        if not step.hidden and _fits(f"{step.title} {step.key}", text)
    ][:MOST_STEPS]


def _at(request: TeamRequest, name: str, **values: object) -> str:
    return reverse(name, kwargs={"team": request.team.slug, **values})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
