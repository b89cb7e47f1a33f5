"""Connecting another service: only the fields of the chosen kind of key show, and the card tells where the key may go."""

import re

from playwright.sync_api import Page, expect


def test_a_key_of_ones_own_is_connected_and_its_card_says_where_it_may_go(page: Page) -> None:
    page.goto("/t/demo/connections/")
    page.locator('[data-opens="connect-http"]').first.click()
    dialog = page.locator("dialog#connect-http")
    expect(dialog.get_by_label("Token", exact=True)).to_be_visible()
    expect(dialog.get_by_label("Password", exact=True)).to_be_hidden()

    dialog.get_by_label("Header of its own").check()
    expect(dialog.get_by_label("Token", exact=True)).to_be_hidden()
    dialog.get_by_label("Name", exact=True).fill("warehouse")
    dialog.get_by_label("Name of the header").fill("X-Api-Key")
    dialog.get_by_label("Value", exact=True).fill("a-long-key-of-the-warehouse-7777")
    dialog.get_by_label("Hosts that may receive the key").fill("api.example.com")
    dialog.get_by_label("Address to test it at").fill("http://127.0.0.1:6379/")
    dialog.get_by_role("button", name="Connect").click()

    card = page.locator('[data-connection="warehouse"]')
    expect(card).to_contain_text("HTTP service · api.example.com")
    expect(card).to_contain_text("X-Api-Key: ••••7777")
    expect(card.locator(".problem")).to_contain_text(re.compile("may not be sent to 127.0.0.1"))

    card.locator('[data-action="test-connection"]').click()
    expect(card.locator('[data-connection-state="refused"]')).to_be_visible()
