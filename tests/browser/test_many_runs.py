"""The list of runs in a real browser: rows that stay still, choosing and retrying many, and what waits for a person."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_watching_runs import TRACK, open_run, order

COUNT = {**TRACK, "config": {"userId": "ada", "event": "many"}}

GONE = {"key": "look", "type": "customerio.get_segment_details", "config": {"segment_id": 999999}}
AGAIN = """async () => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const address = location.pathname + 'again/';
  for (const key of ['a', 'b']) {
    const body = new FormData();
    body.set('key', `${key}-${location.pathname}`);
    await fetch(address, { method: 'POST', headers: { 'X-CSRFToken': token }, body });
  }
}"""
"""Run the run that is shown twice again."""


def test_failed_runs_are_chosen_and_gone_on_with_in_one_go(page: Page, product: Product) -> None:
    open_run(page, "Fails each time", GONE)
    expect(page.locator('[data-run-state="failed"]').first).to_be_visible()
    page.evaluate(AGAIN)
    page.locator(".run-title .back").click()
    rows = page.locator("tr[data-run]")
    expect(page.locator('tr[data-run-state="failed"]')).to_have_count(3)
    rows.nth(0).locator("input").check()
    rows.nth(2).locator("input").click(modifiers=["Shift"])
    expect(page.locator("[data-chosen-count]")).to_have_text("3 runs chosen")

    page.get_by_role("button", name="Go on from failure").click()
    page.locator('[data-action="begin"]').click()

    expect(page.locator('[data-bulk-state="done"]')).to_be_visible()
    expect(page.locator('[data-result="done"]')).to_have_count(3)
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    expect(page.get_by_role("link", name="The run that goes on with it")).to_have_count(3)


def test_newer_runs_wait_beside_a_list_that_is_in_use(page: Page, product: Product) -> None:
    product.faults([])
    open_run(page, "Comes in", COUNT)
    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible()
    run = page.url
    page.locator(".run-title .back").click()
    expect(page.locator("tr[data-run]")).to_have_count(1)
    page.locator("tr[data-run] input").check()
    other = page.context.new_page()
    other.goto(run)
    other.evaluate(AGAIN)
    other.close()

    expect(page.locator("[data-newer]")).to_have_text(re.compile("2 newer runs"))
    expect(page.locator("tr[data-run]")).to_have_count(1)
    expect(page.locator("tr[data-run] input")).to_be_checked()

    page.locator("tr[data-run] input").uncheck()
    page.mouse.move(5, 5)
    expect(page.locator("tr[data-run]")).to_have_count(3)


def test_the_filters_are_kept_in_the_address(page: Page, product: Product) -> None:
    page.goto("/t/demo/runs/")

    page.get_by_role("combobox", name="What began it").select_option("manual")
    page.locator(".run-search input[type=search]").fill("state:succeeded since:7d")
    page.locator(".run-search input[type=search]").press("Enter")

    expect(page).to_have_url(re.compile(r"state=succeeded.*trigger=manual.*since=7d"))
    expect(page.locator(".states [aria-current]")).to_have_text(re.compile("Succeeded"))


def test_calls_in_doubt_are_answered_together_and_the_number_in_the_bar_falls(page: Page, product: Product) -> None:
    product.faults([{"match": {"path": "/many-orders"}, "times": 3, "do": "commit_then_reset"}])
    open_run(page, "Lost answers", order(product, "/many-orders"))
    expect(page.get_by_role("button", name="It arrived")).to_be_visible()
    page.evaluate(AGAIN)

    page.goto("/t/demo/runs/attention/")
    card = page.locator('[data-doubted="order"]', has_text="Lost answers")
    while card.locator("[data-doubt]").count() < 3:
        page.wait_for_timeout(300)
        page.reload()
    expect(page.locator(".nav-count")).to_have_text(re.compile("3"))
    card.get_by_role("button", name="They arrived").click()

    expect(page.locator('[data-bulk-state="done"]')).to_be_visible()
    expect(page.locator('[data-result="done"]')).to_have_count(3)
    page.goto("/t/demo/runs/attention/")
    expect(page.get_by_role("heading", name="All is well")).to_be_visible()
    expect(page.locator(".nav-count")).to_have_count(0)


def test_a_run_page_catches_up_after_the_connection_was_lost(page: Page, product: Product) -> None:
    ask = {
        "key": "ask",
        "type": "logic.wait_for",
        "config": {"for": "approval", "question": "Shall we?", "expires_seconds": 3600},
    }
    open_run(page, "Lost connection", ask)
    page.locator('[data-step-run="ask"]').click()
    expect(page.locator("[data-approval]")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    page.route("**/*", lambda route: route.abort())  # this page alone hears nothing any more
    other.get_by_role("button", name="Approve").click()
    expect(other.locator('[data-run-state="succeeded"]').first).to_be_visible()
    other.close()
    expect(page.locator("[data-lost]").first).to_be_visible()
    expect(page.locator('[data-run-state="waiting"]').first).to_be_visible()

    page.unroute("**/*")

    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible()
    expect(page.locator("[data-lost]").first).to_be_hidden()
