"""The Alerts page: what is open, what was said and whether it arrived; and the settings of the team and of a flow."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helix.alerts import noticing, sealing
from helix.alerts.forms import EXPLAINED, RuleForm
from helix.alerts.models import AlertRule, AlertState, Notice
from helix.alerts.rules import Rules, places_of
from helix.alerts.words import TITLES, Facts
from helix.connections.vault import VaultLocked
from helix.flows.access import flow_for, visible
from helix.flows.models import Flow
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability, may

SHOWN = 50


@require_GET
@needs(Ability.SEE)
def alerts(request: TeamRequest) -> HttpResponse:
    """What is open now, who is told, and what was said."""
    team = request.team
    open_ones = AlertState.objects.filter(team=team, is_open=True, flow__deleted_at=None)
    states = visible(request.member, open_ones).select_related("flow", "connection", "team")
    notices = list(
        visible(request.member, Notice.objects.filter(team=team)).select_related("flow", "connection").prefetch_related("deliveries")
        .order_by("-created_at", "-id")[:SHOWN]
    )  # fmt: skip
    rule = Rules(team.pk).of(None)
    page = {
        "open": [(row, TITLES[row.kind], _place(row)) for row in states.order_by("-opened_at")],
        "notices": notices,
        "waiting": any(one.state == "waiting" for notice in notices for one in notice.deliveries.all()),
        "rule": rule,
        "told": _told(rule),
        "kinds": [EXPLAINED[kind][0] for kind in EXPLAINED if rule is not None and kind in rule.kinds],
        "own": visible(request.member, AlertRule.objects.filter(team=team, flow__isnull=False, flow__deleted_at=None))
        .select_related("flow").order_by("flow__name"),
    }  # fmt: skip
    return render(request, "alerts/page.html", page)


@require_http_methods(["GET", "POST"])
@needs(Ability.ADMINISTER)
def of_team(request: TeamRequest) -> HttpResponse:
    """The team's own settings."""
    return _settings(request, None)


@require_http_methods(["GET", "POST"])
@needs(Ability.PUBLISH)
def of_flow(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The settings of one flow, in the place of the team's."""
    return _settings(request, flow_for(request.member, flow_id, Ability.PUBLISH))


@require_POST
@needs(Ability.PUBLISH)
def as_team(request: TeamRequest, flow_id: UUID) -> HttpResponse:
    """The flow follows the team's settings again."""
    flow = flow_for(request.member, flow_id, Ability.PUBLISH, deleted=True)
    AlertRule.objects.filter(team=request.team, flow=flow).delete()
    messages.success(request, f"“{flow.name}” follows the alerts of the team from now on.")
    return redirect("alerts:page", team=request.team.slug)


@require_POST
@needs(Ability.PUBLISH)
def test(request: TeamRequest) -> HttpResponse:
    """Send a test alert to everyone whom the team's settings, or a flow's, name."""
    flow = _flow(request)
    rule = Rules(request.team.pk).of(flow.pk if flow else None)
    if flow is None and not may(request.member.role, Ability.ADMINISTER):
        raise PermissionDenied("An admin of the team may send a test of the team's alerts.")
    if rule is None or not list(places_of(rule)):
        messages.error(request, "Nobody would be told: choose people, addresses or a webhook first, and save.")
    else:
        link = noticing.team_link(request.team.slug) + "/alerts/"
        facts = Facts("test", "test", flow.name if flow else request.team.name, request.team.name, link, timezone.now())
        noticing.write(rule, facts, flow_id=flow.pk if flow else None)
        messages.success(request, "A test alert is on its way. The list below tells when it has arrived, or why not.")
    return redirect("alerts:page", team=request.team.slug)


def _settings(request: TeamRequest, flow: Flow | None) -> HttpResponse:
    rule = AlertRule.objects.filter(team=request.team, flow=flow).first()
    form, secret, trouble = RuleForm.of(request.team, flow, rule or Rules(request.team.pk).of(None)), "", ""
    if rule is None and not may(request.member.role, Ability.ADMINISTER):
        form.webhook_url = ""  # the address of the team's webhook may hold a key
    if request.method == "POST":
        form = RuleForm.sent(request.team, flow, request.POST)
        saved = form.save(rule)
        if saved is not None:
            if saved.webhook_url and (saved.webhook_secret is None or "new_secret" in request.POST):
                try:
                    secret = sealing.make_secret(saved)
                    saved.save()
                except VaultLocked as locked:
                    trouble = f"Alerts go to the webhook unsigned: {locked}"
            if not secret and not trouble:
                messages.success(request, "The alerts are set.")
                return redirect("alerts:page", team=request.team.slug)
            rule = saved
    status = 422 if form.problems else 200
    page = {"form": form, "rule": rule, "flow": flow, "secret": secret, "trouble": trouble, "back": _back(request)}
    return render(request, "alerts/settings.html", page, status=status)


def _back(request: TeamRequest) -> str:
    return reverse("alerts:page", kwargs={"team": request.team.slug})


def _place(row: AlertState) -> str:
    link = noticing.link_of(row)
    return link[link.index("/t/") :]


def _told(rule: AlertRule | None) -> str:
    """Whom a rule tells, counted: addresses are for those who may change them."""
    if rule is None:
        return ""
    words = []
    for channel, to in places_of(rule):
        if channel == "email":
            words.append("1 e-mail address" if len(to) == 1 else f"{len(to)} e-mail addresses")
        else:
            words.append("a webhook")
    return " and ".join(words)


def _flow(request: TeamRequest) -> Flow | None:
    try:
        wanted = UUID(request.POST.get("flow", ""))
    except ValueError:
        return None
    return flow_for(request.member, wanted, Ability.PUBLISH, deleted=True)
