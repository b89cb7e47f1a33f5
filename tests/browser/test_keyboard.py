"""Whole flows with keys alone: once on the canvas, once in the outline. No pointer is used in these tests."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_first_flow import new_flow

FOCUSED = "() => document.activeElement?.dataset.node ?? document.activeElement?.dataset.row ?? ''"
MATCHES = "selector => !!document.activeElement?.closest(selector)"


class Hands:
    """A person who has a keyboard and no mouse, at work on the canvas or in the outline."""

    def __init__(self, page: Page, place: str) -> None:
        self.page, self.place = page, place

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab_to(self, selector: str, key: str = "Tab", most: int = 60) -> None:
        """Press Tab until the focus is at such an element."""
        for _ in range(most):
            if self.page.evaluate(MATCHES, selector):
                return
            self.press(key)
        raise AssertionError(f"{most} times {key} did not lead to {selector}")

    def begin(self, name: str) -> None:
        """An empty flow, open in the editor, the focus where this person works."""
        self.page.goto("/t/demo/flows/")
        self.tab_to('[data-opens="new-flow"]')
        self.press("Enter")
        self.tab_to("#new-name")
        self.type(name)
        self.press("Enter")
        expect(self.page.locator("[data-canvas][data-ready]")).to_be_visible()
        if self.place == "outline":
            self.press("o")

    def add(self, words: str, key: str) -> None:
        """A step after the one at hand."""
        self.press("a")
        self.choose(words)
        self.at(key)

    def choose(self, words: str) -> None:
        """Take the first entry of the open list that fits these words."""
        menu = self.page.locator(".floating-menu")
        expect(menu).to_be_visible()
        self.type(words)
        self.press("Enter")

    def at(self, key: str) -> None:
        """The focus is on this step, where this person works."""
        attribute = "data-row" if self.place == "outline" else "data-node"
        expect(self.page.locator(f'[{attribute}="{key}"]')).to_be_focused()

    def settings(self, key: str) -> None:
        """The form of the step at hand."""
        self.press("Enter")
        expect(self.page.locator(f'[data-inspector] [data-form="{key}"]')).to_be_visible()
        expect(self.page.locator("[data-inspector] :focus")).to_have_count(1)

    def fill(self, pointer: str, text: str) -> None:
        self.tab_to(f'[data-inspector] [data-field="{pointer}"] :is(input, textarea)')
        self.press("Control+a")
        self.type(text)

    def map(self, pointer: str, words: str, liquid: str) -> None:
        """Take data of an earlier step for a field, from the picker."""
        self.tab_to(f'[data-inspector] [data-field="{pointer}"] [data-action="map"]')
        self.press("Enter")
        expect(self.page.locator("[data-pick-search]")).to_be_focused()
        self.type(words)
        self.press("Enter")
        mapped = self.page.locator(f'[data-inspector] [data-field="{pointer}"] [data-kind="liquid"]')
        expect(mapped).to_have_value(f"{{{{ {liquid} }}}}")

    def leave(self, key: str) -> None:
        self.press("Escape")
        self.at(key)

    def says(self, words: str) -> None:
        expect(self.page.locator("[data-live]")).to_have_text(re.compile(words))

    def to_row(self, row: str) -> None:
        """Down to a row of the outline."""
        for _ in range(20):
            if self.page.evaluate(FOCUSED) == row:
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrows did not lead to {row}")

    def walk(self, key: str) -> None:
        """To a step, by searching it."""
        self.press("f")
        self.choose(key)

    def bar(self, action: str) -> None:
        """To a button of the bar, from the settings' part of the page, and press it."""
        for _ in range(4):
            if self.page.evaluate(MATCHES, ".editor-bar"):
                break
            self.press("F6")
        self.tab_to(f'[data-action="{action}"]')
        self.press("Enter")


@pytest.mark.parametrize("place", ["canvas", "outline"])
def test_the_weekly_report_is_built_published_and_run_with_keys_alone(page: Page, product: Product, place: str) -> None:
    """R9, in small: newsletters are listed, the messages of each fetched; then a branch, and a report or not."""
    hands, event = Hands(page, place), f"report_by_{place}"
    hands.begin(f"Weekly report, by {place}")

    loop(hands)
    report(hands, event)
    connect_and_disconnect(hands)
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()

    hands.bar("publish")
    expect(page.locator('[data-action="publish-now"]')).to_be_enabled()
    hands.tab_to('[data-action="publish-now"]')
    hands.press("Enter")
    expect(page.locator("[data-toast]").get_by_text("Version 1 is published")).to_be_visible()

    hands.bar("test")
    for key in ("manual", "list_newsletters", "for_each", "branch", "track_event"):
        expect(page.locator(f'[data-node="{key}"][data-state="succeeded"]')).to_be_visible()
    if place == "outline":
        expect(page.locator('[data-outline-node="track_event"] .outline-state')).to_have_text("Succeeded")
    (sent,) = [request for request in product.requests("/v1/track") if request["body"]["event"] == event]
    assert (sent["body"]["userId"], sent["answer"]["status"]) == ("ops-team", 200)


def loop(hands: Hands) -> None:
    """The trigger, the list, and a step for each of its items."""
    if hands.place == "outline":
        expect(hands.page.locator("[data-outline-first]")).to_be_focused()
        hands.press("Enter")
    else:
        hands.press("a")
    hands.choose("started by hand")
    hands.at("manual")
    hands.add("list newsletters", "list_newsletters")
    hands.says("List newsletters added after Started by hand")
    hands.add("for each", "for_each")
    hands.settings("for_each")
    hands.map("/items", "newsletters", "steps.list_newsletters.data.newsletters")
    hands.leave("for_each")
    hands.add("list messages", "get_messages")
    hands.says("added after “For each item” of For each")


def report(hands: Hands, event: str) -> None:
    """When all are done: a branch, and an event in its first arm."""
    hands.walk("For each")
    if hands.place == "outline":
        hands.to_row("for_each|done")
        hands.press("a")
    else:
        hands.press("a", "ArrowLeft", "ArrowRight")  # the exits, and back to the one that is open
    hands.choose("branch")
    hands.at("branch")
    hands.says("Branch added after “When all are done” of For each")
    hands.settings("branch")
    hands.map("/branches/0/when/all/0/left", "done", "steps.for_each.data.done")
    hands.tab_to('[data-field="/branches/0/when/all/0/op"] select')
    hands.type("is greater")
    hands.tab_to('[data-pointer="/branches/0/when/all/0/right"]')
    hands.type("0")
    hands.leave("branch")
    hands.add("track event", "track_event")
    hands.settings("track_event")
    hands.fill("/event", event)
    hands.fill("/userId", "ops-team")
    hands.leave("track_event")


def connect_and_disconnect(hands: Hands) -> None:
    """The other arm leads to the event too, and no longer."""
    hands.walk("Branch")
    hands.at("branch")
    if hands.place == "outline":
        hands.to_row("branch|no")
    hands.press("c")
    hands.choose("track event")
    hands.says("Connected: “Otherwise” of Branch leads to Track event")
    if hands.place == "outline":
        hands.to_row("branch|no")
    hands.press("u")
    if hands.place == "canvas":
        hands.choose("Otherwise")
    hands.says("No longer: “Otherwise” of Branch leads to Track event")


def test_a_question_mark_lists_the_keys_and_escape_leads_back(page: Page, product: Product) -> None:
    new_flow(page, "Which keys")
    expect(page.locator("[data-canvas-root][data-ready]")).to_be_visible()
    page.locator("[data-canvas-root]").focus()

    page.keyboard.press("?")

    dialog = page.locator('[data-dialog="keys"]')
    expect(dialog).to_contain_text("Connect an exit of this step to another step")
    expect(dialog).to_contain_text("Add a note")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
