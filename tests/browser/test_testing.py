"""Testing, saving together and comparing, as a person does them in the editor."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, StorageState, expect

from tests.browser.conftest import Product
from tests.browser.test_first_flow import field, new_flow, open_step
from tests.build import graph

GO = {"key": "go", "type": "trigger.manual", "name": "Go", "config": {"fields": []}}
SEGMENTS = {"key": "segments", "type": "customerio.get_segments", "name": "Segments"}
COUNT = {
    "key": "count",
    "type": "logic.set",
    "name": "Count",
    "config": {"values": {"n": {"$liquid": "{{ steps.segments.data.segments | size }}"}}},
}
COUNT_ONE = {"key": "one", "type": "logic.set", "name": "One", "config": {"values": {"n": 1}}}
TRACK = {
    "key": "track",
    "type": "customerio.track_event",
    "name": "Track",
    "config": {"userId": "ada", "event": "dry_and_pinned"},
}
CALL = {
    "key": "call",
    "type": "http.request",
    "name": "Call",
    "config": {"method": "POST", "url": "https://example.invalid/"},
}
EDGES = ["go>segments", "segments>count", "count>track"]
SAVE = """async ([drawn, base]) => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const body = JSON.stringify({ graph: drawn, base_revision: base });
  return (await fetch('draft/', { method: 'PUT', headers: { 'X-CSRFToken': token }, body })).status;
}"""

TOGETHER = """() => {
  const views = [...document.querySelectorAll('.compare-side .react-flow__viewport')].map((each) => each.style.transform);
  return views.length === 2 && views[0] === views[1];
}"""


def drawn(page: Page, name: str, nodes: list[dict[str, Any]], edges: list[str]) -> None:
    """A flow with this graph, open in the editor."""
    new_flow(page, name)
    assert page.evaluate(SAVE, [graph(nodes, edges), 1]) == 200
    page.reload()
    expect(page.locator("[data-node]")).to_have_count(len(nodes))
    expect(page.locator("[data-canvas][data-ready]")).to_be_visible()


def choose(page: Page, what: str) -> None:
    page.locator('[data-action="test-menu"]').click()
    page.locator(f'[data-test="{what}"]').click()


def state(page: Page, key: str, word: str) -> None:
    expect(page.locator(f'[data-node="{key}"][data-state="{word}"]')).to_be_visible()


@pytest.fixture
def second(product: Product, browser: Browser, signed_in: StorageState) -> Iterator[Page]:
    """Another browser of the same person."""
    context = browser.new_context(storage_state=signed_in, base_url=product.web)
    yield context.new_page()
    context.close()


def test_parts_pins_and_a_dry_run_from_the_canvas(page: Page, product: Product) -> None:
    drawn(page, "Tested in parts", [GO, SEGMENTS, COUNT, TRACK, CALL], [*EDGES, "track>call"])

    page.locator('[data-node="count"]').click()
    choose(page, "upto")
    state(page, "count", "succeeded")
    expect(page.locator('[data-node="track"][data-state]')).to_have_count(0)
    expect(page.locator("[data-result] [data-result-output]")).to_contain_text('"n": ')

    page.locator('[data-node="segments"]').click()
    page.locator('[data-result] [data-pin="last"]').click()
    expect(page.locator('[data-node="segments"][data-pinned]')).to_be_visible()
    page.locator('[data-result] [data-pin="edit"]').click()
    page.locator("#pin-text").fill('{"segments": "none"}')
    page.locator('[data-action="pin-save"]').click()
    expect(page.get_by_text("must be a list of objects")).to_be_visible()
    page.locator("#pin-text").fill('{"segments": []}')
    page.locator('[data-action="pin-save"]').click()
    expect(page.locator('[data-dialog="pin"]')).to_have_count(0)

    page.locator('[data-node="count"]').click()
    choose(page, "only")
    expect(page.locator("[data-result] [data-result-output]")).to_contain_text('"n": 0')

    page.locator('[data-action="test-menu"]').click()
    page.locator('[data-test="dry"]').click()
    page.locator('[data-test="whole"]').click()
    state(page, "segments", "pinned")
    state(page, "call", "succeeded")
    expect(page.locator("[data-run-bar] [data-dry]")).to_be_visible()
    page.locator('[data-node="call"]').click()
    expect(page.locator("[data-result]")).to_contain_text("was not sent")
    page.locator("[data-run-bar] a").click()
    expect(page.locator("[data-dry]").first).to_be_visible()
    page.goto("/t/demo/runs/")
    expect(page.locator("tr [data-dry]").first).to_be_visible()


def test_work_done_without_a_network_comes_back_after_a_reload(page: Page) -> None:
    drawn(page, "Offline", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    open_step(page, "track")
    page.context.set_offline(True)
    field(page, "/userId").locator("input").fill("grace")
    expect(page.locator('[data-save-state="offline"]')).to_have_text(re.compile("offline, kept in this browser"))

    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", leave)
    page.route("**/draft/", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto("/t/demo/flows/")
    page.unroute("**/draft/")
    page.go_back()
    assert asked == ["beforeunload"]
    page.locator('[data-action="restore"]').click()
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    open_step(page, "track")
    expect(field(page, "/userId").locator("input")).to_have_value("grace")


def test_two_browsers_merge_and_ask_about_the_same_field(page: Page, second: Page) -> None:
    drawn(page, "Together", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    second.goto(page.url)
    open_step(second, "track")
    expect(page.locator("[data-presence]")).to_be_visible(timeout=25_000)
    expect(page.locator('[data-node="track"][data-here]')).to_be_visible(timeout=25_000)

    open_step(page, "track")
    field(page, "/event").locator("input").fill("mine_of_the_first")
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    field(second, "/userId").locator("input").fill("grace")
    expect(second.locator('[data-save-state="saved"]')).to_be_visible()
    expect(field(second, "/event").locator("input")).to_have_value("mine_of_the_first")

    field(second, "/event").locator("input").fill("of_the_second")
    expect(second.locator('[data-save-state="saved"]')).to_be_visible()
    second.wait_for_function("document.querySelector('[data-save-state]').dataset.saveState === 'saved'")
    field(page, "/event").locator("input").fill("of_the_first")
    dialog = page.locator('[data-dialog="conflict"]')
    expect(dialog.get_by_text("of_the_second")).to_be_visible()
    expect(dialog.get_by_text("of_the_first")).to_be_visible()
    dialog.locator('[data-side="mine"]').check()
    dialog.locator('[data-action="save-choice"]').click()
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    expect(field(second, "/event").locator("input")).to_have_value("of_the_first", timeout=25_000)


@pytest.mark.parametrize(("status", "words"), [(500, "the server has trouble"), (404, "deleted")])
def test_trouble_while_saving_says_what_it_is_and_loses_nothing(page: Page, status: int, words: str) -> None:
    drawn(page, f"Trouble {status}", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    open_step(page, "track")
    page.route("**/draft/", lambda route: route.fulfill(status=status, json={}))
    field(page, "/userId").locator("input").fill("kept")
    expect(page.locator("[data-save-state]")).to_contain_text(words)
    if status == 404:
        expect(page.locator('[data-dialog="gone"] textarea')).to_have_value(re.compile('"kept"'))
        page.keyboard.press("Escape")
    page.unroute("**/draft/")
    expect(page.locator('[data-save-state="saved"]')).to_be_visible(timeout=20_000)


def test_whoever_is_signed_out_goes_on_after_signing_in_again(page: Page) -> None:
    drawn(page, "Signed out", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    open_step(page, "track")
    cookies: Any = page.context.cookies()
    page.context.clear_cookies()
    field(page, "/userId").locator("input").fill("kept")
    expect(page.locator("[data-save-state]")).to_contain_text("signed out, kept in this browser")

    page.context.add_cookies(cookies)

    expect(page.locator('[data-save-state="saved"]')).to_be_visible(timeout=20_000)


def test_the_overlay_survives_a_lost_connection_and_can_be_cleared(page: Page) -> None:
    wait = {"key": "wait", "type": "logic.wait", "name": "Wait", "config": {"seconds": 4}}
    drawn(page, "Lost connection", [GO, wait, COUNT_ONE], ["go>wait", "wait>one"])
    page.locator('[data-action="test"]').click()
    state(page, "wait", "waiting")
    page.context.set_offline(True)
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    expect(page.locator('[data-node="one"][data-state="succeeded"]')).to_be_visible(timeout=30_000)

    page.locator('[data-action="clear-run"]').click()
    expect(page.locator("[data-node][data-state]")).to_have_count(0)


def test_two_versions_side_by_side_on_the_canvas(page: Page) -> None:
    drawn(page, "Compared", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.locator('[data-action="publish"]').click()
    expect(page.locator("[data-editors]")).to_have_text("Only your own edits go out.")
    page.locator('[data-action="publish-now"]').click()
    expect(page.get_by_text("Version 1", exact=True)).to_be_visible()
    revision = page.evaluate(
        "fetch('presence/', {method: 'POST', headers: {'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content}, body: JSON.stringify({tab: 'x'})}).then(a => a.json()).then(a => a.revision)"
    )
    changed = {**TRACK, "config": {"userId": "grace", "event": "dry_and_pinned"}}
    assert (
        page.evaluate(SAVE, [graph([GO, COUNT, changed, CALL], ["go>count", "count>track", "track>call"]), revision])
        == 200
    )
    page.reload()
    expect(page.locator('[data-node="call"]')).to_be_visible()

    page.locator('[data-action="versions"]').click()
    page.locator('[data-action="side-by-side"]').click()

    before, after = page.locator(".compare-side").nth(0), page.locator(".compare-side").nth(1)
    expect(before.locator('[data-node="segments"][data-mark="removed"]')).to_be_visible()
    expect(after.locator('[data-node="call"][data-mark="added"]')).to_be_visible()
    for each in (before, after):
        expect(each.locator('[data-node="track"][data-mark="changed"]')).to_be_visible()
    after.locator(".react-flow__pane").hover(position={"x": 20, "y": 20})
    page.mouse.wheel(0, 120)
    page.wait_for_function(TOGETHER)
