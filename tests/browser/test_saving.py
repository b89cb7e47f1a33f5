"""Saving: whatever happens to the network, the server or the page, the work is never lost, and the message says what to do."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.test_canvas import DRAFT, until
from tests.browser.test_first_flow import field, open_step
from tests.browser.test_testing import COUNT, EDGES, GO, SEGMENTS, TRACK, drawn, second

__all__ = ["second"]


def draft(page: Page) -> dict[str, Any]:
    """The draft as the server has it."""
    found: dict[str, Any] = json.loads(page.evaluate(DRAFT))
    return found


def value(page: Page, key: str, name: str) -> Any:
    (node,) = [node for node in draft(page)["nodes"] if node["key"] == key]
    return node["config"].get(name)


def work(page: Page) -> None:
    """Three kinds of work: a field, a new step, a note."""
    open_step(page, "track")
    field(page, "/userId").locator("input").fill("grace")
    page.locator('[data-step-type="logic.stop"]').click()
    expect(page.locator("[data-node]")).to_have_count(5)
    page.locator('[data-action="add-note"]').click()
    expect(page.locator("[data-note] textarea")).to_be_focused()
    page.keyboard.type("not lost")


def leave(page: Page) -> list[str]:
    """Reload although the page asks; what it asked."""
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", accept)
    page.reload()
    return asked


def test_the_network_dies_in_the_middle_of_saving_and_the_page_is_reloaded_nothing_is_lost(page: Page) -> None:
    drawn(page, "Cut off", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    sent: list[str] = []

    def cut(route: Route) -> None:
        sent.append(route.request.method)
        route.abort("connectionreset")

    page.route("**/draft/", cut)
    work(page)
    expect(page.locator('[data-save-state="offline"]')).to_have_text(re.compile("offline, kept in this browser"))
    assert "PUT" in sent
    assert leave(page) == ["beforeunload"]
    page.unroute("**/draft/")

    page.locator('[data-action="restore"]').click()
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    found = draft(page)
    assert value(page, "track", "userId") == "grace"
    assert [len(found["nodes"]), [note["text"] for note in found["notes"]]] == [5, ["not lost"]]
    page.reload()
    expect(page.locator("[data-canvas][data-ready]")).to_be_visible()
    expect(page.locator('[data-dialog="kept"]')).to_have_count(0)


def test_kept_work_stays_until_a_person_says_what_is_to_become_of_it(page: Page) -> None:
    drawn(page, "Not decided", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.route("**/draft/", lambda route: route.abort())
    work(page)
    expect(page.locator('[data-save-state="offline"]')).to_be_visible()
    leave(page)
    page.unroute("**/draft/")
    expect(page.locator('[data-dialog="kept"]')).to_be_visible()
    page.keyboard.press("Escape")

    open_step(page, "track")
    field(page, "/event").locator("input").fill("later")
    expect(page.locator('[data-save-state="unsaved"]')).to_be_visible()
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    page.reload()
    page.locator('[data-action="restore"]').click()

    expect(page.locator("[data-node]")).to_have_count(5)
    expect(page.locator("[data-save-state]")).to_have_attribute("data-save-state", "saved")
    until(page, lambda text: "grace" in text)
    assert value(page, "track", "event") == "later"


def test_two_browsers_write_different_things_and_both_are_kept(page: Page, second: Page) -> None:
    drawn(page, "Both kept", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    second.goto(page.url)
    expect(second.locator("[data-canvas][data-ready]")).to_be_visible()
    second.route("**/draft/", lambda route: route.abort())
    second.locator('[data-action="add-note"]').click()
    expect(second.locator("[data-note] textarea")).to_be_focused()
    second.keyboard.type("of the second")
    expect(second.locator("[data-note] textarea")).to_have_value("of the second")
    open_step(second, "track")
    field(second, "/event").locator("input").fill("of_the_second")
    open_step(page, "track")
    field(page, "/userId").locator("input").fill("of_the_first")
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    until(page, lambda text: "of_the_first" in text)
    second.unroute("**/draft/")

    until(second, lambda text: "of_the_second" in text)
    found = draft(second)
    assert [note["text"] for note in found["notes"]] == ["of the second"]
    assert (value(second, "track", "event"), value(second, "track", "userId")) == ("of_the_second", "of_the_first")


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (500, "trouble", "the server has trouble"),
        (503, "trouble", "the server has trouble"),
        (401, "signedout", "signed out"),
        (404, "gone", "the flow was deleted"),
        (413, "refused", "refused"),
    ],
)
def test_every_refusal_says_so_keeps_the_work_and_is_over_by_itself(
    page: Page, status: int, state: str, words: str
) -> None:
    drawn(page, f"Refusal {status}", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.route("**/draft/", lambda route: route.fulfill(status=status, body="<h1>no JSON</h1>"))
    open_step(page, "track")
    field(page, "/userId").locator("input").fill("kept")

    expect(page.locator(f'[data-save-state="{state}"]')).to_contain_text(words)
    expect(page.locator(f'[data-save-state="{state}"]')).to_contain_text("kept in this browser")
    expect(page.locator("[data-toast]").first).to_have_text(
        re.compile(r"(Nothing is lost|nothing is lost|kept in this browser|second flow)")
    )
    if state == "gone":
        expect(page.locator('[data-dialog="gone"]')).to_contain_text("make a new flow and paste it")
        page.keyboard.press("Escape")
    page.unroute("**/draft/")
    expect(page.locator('[data-save-state="saved"]')).to_be_visible(timeout=20_000)
    assert value(page, "track", "userId") == "kept"
