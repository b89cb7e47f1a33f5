"""Replacing a key on its card: the new one waits beside the one in use; and limiting who may build with a connection."""

from playwright.sync_api import Page, expect


def test_a_new_key_waits_and_the_old_one_helps_out(page: Page) -> None:
    page.goto("/t/demo/connections/")
    page.locator('[data-opens="connect-http"]').first.click()
    dialog = page.locator("dialog#connect-http")
    dialog.get_by_label("Name", exact=True).fill("billing")
    dialog.get_by_label("Token", exact=True).fill("the-first-token-of-billing-1111")
    dialog.get_by_label("Hosts that may receive the key").fill("api.example.com")
    dialog.get_by_role("button", name="Connect").click()
    card = page.locator('[data-connection="billing"]')
    expect(card.locator("[data-hosts]")).to_have_text("api.example.com")

    card.get_by_role("button", name="Replace keys").click()
    change = card.get_by_role("dialog")
    change.get_by_label("Token", exact=True).fill("the-second-token-of-billing-2222")
    change.get_by_role("button", name="Save and test").click()
    expect(card.locator('[data-rotation="next"]')).to_contain_text("••••2222")
    expect(card.locator(".keys")).to_contain_text("••••1111")

    card.get_by_role("button", name="Use it now").click()
    expect(card.locator(".keys")).to_contain_text("••••2222")
    expect(card.locator('[data-rotation="old"]')).to_contain_text("helps out until")

    card.get_by_text("Who may use it in flows").click()
    card.get_by_label("Admins, and these members:").check()
    card.get_by_role("button", name="Save", exact=True).click()
    expect(card.locator("[data-grants]")).to_have_text("admins")
