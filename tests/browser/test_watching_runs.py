"""Watching a run: a passing trouble is tried again before one's eyes, a lost answer is looked for or asked of a person."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_first_flow import new_flow
from tests.build import graph

GO = {"key": "go", "type": "trigger.manual", "name": "Go", "config": {"fields": []}}
TRACK = {"key": "track", "type": "customerio.track_event", "config": {"userId": "ada", "event": "watched"}}


SEND = {
    "key": "send",
    "type": "customerio.trigger_broadcast",
    "config": {"broadcast_id": 12, "emails": ["ada@example.com"]},
}


def order(product: Product, path: str = "/orders") -> dict[str, Any]:
    """A step whose call nobody can look for afterwards: when its answer is lost, only a person can tell."""
    url = f"http://localhost:{urlsplit(product.sandbox).port}{path}"
    return {"key": "order", "type": "http.request", "name": "Order", "config": {"method": "POST", "url": url}}


SAVE = """async drawn => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const body = JSON.stringify({ graph: drawn, base_revision: 1 });
  return (await fetch('draft/', { method: 'PUT', headers: { 'X-CSRFToken': token }, body })).status;
}"""


def open_run(page: Page, name: str, step: dict[str, Any]) -> None:
    """A flow of a trigger and this step, tested from the editor; the run's page is opened."""
    new_flow(page, name)
    assert page.evaluate(SAVE, graph([GO, step], [f"go>{step['key']}"])) == 200
    page.reload()
    page.locator('[data-action="test"]').click()
    page.locator("a[href*='/runs/0']").first.click()
    expect(page.locator("[data-run-state]").first).to_be_visible()


def test_a_passing_trouble_is_tried_again_and_the_page_follows_without_reload(page: Page, product: Product) -> None:
    product.faults([{"match": {"path": "/v1/track"}, "times": 2, "do": "status", "status": 503}])

    open_run(page, "Tried again", {**TRACK, "config": {"userId": "ada", "event": "tried"}})

    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible(timeout=30_000)
    page.locator('[data-step-run="track"]').click()
    expect(page.get_by_text("3 attempts")).to_be_visible()
    keys = {sent["body"]["messageId"] for sent in product.requests("/v1/track") if sent["body"]["event"] == "tried"}
    assert len(keys) == 1


def test_a_broadcast_whose_answer_was_lost_is_found_and_not_sent_again(page: Page, product: Product) -> None:
    path = "/v1/campaigns/12/triggers"
    product.faults([{"match": {"path": path, "method": "POST"}, "times": 1, "do": "commit_then_reset"}])

    open_run(page, "Looked for", SEND)

    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible(timeout=60_000)
    page.locator('[data-step-run="send"]').click()
    expect(page.get_by_text("it arrived, and was not sent again").first).to_be_visible()
    assert [sent["method"] for sent in product.requests(path)].count("POST") == 1


def test_a_call_whose_answer_was_lost_asks_and_goes_on_with_the_answer(page: Page, product: Product) -> None:
    product.faults([{"match": {"path": "/orders"}, "times": 1, "do": "commit_then_reset"}])

    open_run(page, "In doubt", order(product))

    page.locator('[data-step-run="order"]').click()
    page.get_by_role("button", name="It arrived").click()
    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible()
    assert len(product.requests("/orders")) == 1
