"""Flows that begin from outside: a person sets a webhook up in the inspector, another program calls it, a run begins by itself."""

import json
import urllib.request
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_first_flow import new_flow, open_step
from tests.browser.test_watching_runs import SAVE
from tests.build import graph

STOP = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Heard."}}


def draw(page: Page, name: str, trigger: dict[str, Any]) -> None:
    new_flow(page, name)
    assert page.evaluate(SAVE, graph([trigger, STOP], [f"{trigger['key']}>halt"])) == 200
    page.reload()
    open_step(page, trigger["key"])


def publish(page: Page) -> None:
    page.locator('[data-action="publish"]').click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.locator('[data-action="enable"]')).to_have_attribute("aria-checked", "true")


def call(address: str, secret: str, body: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    request = urllib.request.Request(address, json.dumps(body).encode(), headers, method="POST")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        status: int = answer.status
    return status


def test_a_webhook_is_listened_at_used_as_sample_published_and_called(page: Page, product: Product) -> None:
    draw(page, "On a call", {"key": "called", "type": "trigger.webhook", "config": {"verify": "bearer"}})
    inspector = page.locator("[data-inspector]")
    address = inspector.locator("[data-address]").inner_text()
    inspector.locator('[data-action="reveal-secret"]').click()
    expect(inspector.locator("[data-secret]")).to_be_visible()
    secret = inspector.locator("[data-secret]").inner_text()

    inspector.locator('[data-action="listen"]').click()
    expect(inspector.locator("[data-listening]")).to_be_visible()
    assert call(address, secret, {"order": {"id": 17}}) == 202
    inspector.locator('[data-action="use-sample"]').first.click()
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    publish(page)
    assert call(address, secret, {"order": {"id": 18}}) == 202

    page.goto("/t/demo/runs/")
    row = page.get_by_role("row").filter(has_text="On a call").first
    expect(row).to_contain_text("By webhook")
    kept = page.request.get("/t/demo/flows/")
    assert "When its address is called" in kept.text()


def test_the_sandboxs_button_begins_a_flow_that_listens_for_the_event(page: Page, product: Product) -> None:
    trigger = {"key": "event", "type": "trigger.customerio_event", "config": {"events": ["email_bounced"]}}
    draw(page, "On a bounce", trigger)
    expect(page.locator("[data-reporting]")).to_contain_text("ready")
    publish(page)

    page.goto("/t/demo/sandbox/")
    page.locator("#hook-event").select_option("email_bounced")
    page.get_by_role("button", name="Send it, signed").click()
    expect(page.get_by_text("which answered 202")).to_be_visible()

    page.goto("/t/demo/runs/")
    expect(page.get_by_role("row").filter(has_text="On a bounce").first).to_contain_text("By an event")
    page.goto("/t/demo/connections/")
    page.locator("[data-receiving] > summary").first.click()
    expect(page.locator("[data-receiving] [data-delivery]").first).to_contain_text("On a bounce")


def test_a_schedule_turns_into_an_interval_and_back(page: Page, product: Product) -> None:
    draw(
        page,
        "Rhythms",
        {"key": "clock", "type": "trigger.schedule", "config": {"cron": "0 9 * * *", "timezone": "UTC"}},
    )
    mode = page.locator('[data-cron="mode"]')

    mode.select_option("interval")
    expect(page.locator("[data-outlook]")).to_contain_text("Every 90 minutes")
    mode.select_option("once")
    expect(page.locator('[data-field="/at"]')).to_be_visible()
    mode.select_option("daily")
    expect(page.locator("[data-outlook]")).to_contain_text("Every day at 09:00")
