"""A person sets alerts up, sends a test, lets a flow fail, and looks at the charts."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_watching_runs import TRACK, open_run


def test_alerts_are_set_up_tested_and_told(page: Page, product: Product) -> None:
    page.goto("/t/demo/alerts/")
    page.get_by_role("link", name="Set up", exact=False).first.click()
    page.get_by_label("E-mail to other addresses").fill("nobody@")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is no e-mail address")).to_be_visible()
    page.get_by_label("E-mail to other addresses").fill("ops@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 e-mail address")).to_be_visible()

    page.get_by_role("button", name="Send a test alert").click()

    expect(page.locator("#alert-history")).to_contain_text("Test alert of Demo team")
    expect(page.locator("#alert-history")).to_contain_text("Kept as a file", timeout=30_000)
    (kept,) = [path for path in (product.data / "outbox").glob("*.eml") if "Test alert" in path.read_text()]
    assert "ops@example.com" in kept.read_text()


def test_the_charts_show_the_first_runs_and_their_values_without_a_mouse(page: Page) -> None:
    page.goto("/t/demo/insights/?span=24h")
    expect(page.get_by_role("heading", name="Outcomes")).to_be_visible(timeout=30_000)

    slot = page.locator(".chart-drawing .slot[tabindex]").first
    slot.focus()

    expect(slot.locator(".told")).to_be_visible()
    expect(slot).to_have_attribute("aria-label", re.compile(r"\d succeeded"))
    page.get_by_text("As a table").click()
    expect(page.get_by_role("columnheader", name="95 % within").first).to_be_visible()


def test_a_test_of_a_draft_is_not_counted(page: Page) -> None:
    open_run(page, "Only tested", TRACK)

    page.goto("/t/demo/insights/")

    expect(page.get_by_role("table").get_by_text("Only tested")).to_have_count(0)
