"""axe over every page, and over the editor with everything that opens in it: nothing serious or critical, light and dark."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_first_flow import new_flow
from tests.build import graph

TEAM = "/t/demo/"
PAGES = {
    "flows": f"{TEAM}flows/",
    "runs": f"{TEAM}runs/",
    "waiting": f"{TEAM}runs/attention/",
    "many": f"{TEAM}runs/many/",
    "schedule": f"{TEAM}schedule/",
    "insights": f"{TEAM}insights/",
    "alerts": f"{TEAM}alerts/",
    "alert settings": f"{TEAM}alerts/settings/",
    "connections": f"{TEAM}connections/",
    "catalogue": f"{TEAM}catalogue/",
    "step": f"{TEAM}catalogue/customerio.track_event/",
    "event": f"{TEAM}catalogue/events/email_opened/",
    "sandbox": f"{TEAM}sandbox/",
    "members": f"{TEAM}team/",
    "invitations": f"{TEAM}team/invitations/",
    "tokens": f"{TEAM}team/tokens/",
    "privacy": f"{TEAM}team/privacy/",
    "team settings": f"{TEAM}team/settings/",
    "account": "/account/",
    "second factor": "/account/second-factor/",
    "confirm": "/account/confirm/",
    "second factor of the team": f"{TEAM}second-factor/",
    "no such page": "/nowhere/",
}
SAVE = """async ([drawn, base]) => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const body = JSON.stringify({ graph: drawn, base_revision: base });
  return (await fetch('draft/', { method: 'PUT', headers: { 'X-CSRFToken': token }, body })).status;
}"""
SETTLED = (
    """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))"""
)
NODES: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "name": "Go", "config": {"fields": []}},
    {"key": "segments", "type": "customerio.get_segments", "name": "Segments"},
    {"key": "parts", "type": "logic.branch", "config": {"branches": [{"port": "yes", "label": "Yes", "when": {"all": []}}], "else": "no"}},
    {"key": "track", "type": "customerio.track_event", "name": "Track", "config": {"userId": "ada"}},
]  # fmt: skip


def _press(page: Page, button: str, opens: str) -> None:
    page.locator(button).first.click()
    expect(page.locator(opens).first).to_be_visible()


def _pick(page: Page) -> None:
    _press(page, '[data-node="track"]', '[data-form="track"]')
    _press(page, '[data-field="/event"] [data-action="map"]', "[data-pick-search]")


def _add(page: Page) -> None:
    page.locator('[data-node="go"]').focus()
    page.keyboard.press("a")
    expect(page.locator(".floating-menu")).to_be_visible()


OPENED: dict[str, Callable[[Page], None]] = {
    "editor": lambda page: None,
    "settings": lambda page: _press(page, '[data-node="track"]', '[data-form="track"]'),
    "branch": lambda page: _press(page, '[data-node="parts"]', '[data-form="parts"]'),
    "picker": _pick,
    "outline": lambda page: _press(page, '[data-side-tab="outline"]', '[data-outline-node="track"]'),
    "problems": lambda page: _press(page, '[data-action="problems"]', "[data-problems-drawer]"),
    "keys": lambda page: _press(page, '[data-action="help"]', "[data-dialog=keys]"),
    "versions": lambda page: _press(page, '[data-action="versions"]', "[data-dialog]"),
    "publish": lambda page: _press(page, '[data-action="publish"]', '[data-action="publish-now"]'),
    "test menu": lambda page: _press(page, '[data-action="test-menu"]', "[data-test]"),
    "add menu": _add,
}


def serious(page: Page, theme: str) -> list[str]:
    """What axe finds that is serious or critical, in words. The dark page differs from the light one in its colours only."""
    rules = {"runOnly": ["color-contrast"]} if theme == "dark" else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][-160:]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:4]
    ]


def both(page: Page, name: str) -> list[str]:
    troubles = []
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(SETTLED)
        found = serious(page, theme)
        if found:  # what was drawn in the colours of before is drawn anew: looked at once more
            page.wait_for_timeout(450)
            found = serious(page, theme)
        troubles += [f"{name}, {theme}: {trouble}" for trouble in found]
    return troubles


@pytest.mark.parametrize("part", ["pages", "editor"])
def test_axe_finds_nothing_serious(page: Page, part: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    troubles = of_pages(page) if part == "pages" else of_editor(page)

    assert troubles == [], "\n".join(troubles)


def of_pages(page: Page) -> list[str]:
    troubles = []
    for name, address in PAGES.items():
        page.goto(address)
        troubles += both(page, name)
    page.goto(PAGES["runs"])
    page.locator("a[href*='/runs/0']").first.click()
    page.wait_for_load_state()
    return troubles + both(page, "run")


def of_editor(page: Page) -> list[str]:
    new_flow(page, "Looked at by axe")
    troubles = both(page, "empty")
    assert page.evaluate(SAVE, [graph(NODES, ["go>segments", "segments>parts", "parts:yes>track"]), 1]) == 200
    for name, opened in OPENED.items():
        page.reload()
        expect(page.locator('[data-node="track"]')).to_be_visible()
        opened(page)
        troubles += both(page, name)
    return troubles
