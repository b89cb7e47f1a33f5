"""An owner invites a colleague, who joins and can do nothing above their role."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Product


def test_a_colleague_is_invited_joins_and_stays_within_the_role(page: Page, product: Product, browser: Browser) -> None:
    page.goto("/t/demo/team/")
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("E-mail").fill("olga@colleague.example")
    page.get_by_role("radio", name=re.compile("Operator")).check()
    page.get_by_role("button", name="Invite").click()
    link = page.locator("[data-link]").inner_text()
    expect(page.locator("[data-invitation]")).to_contain_text("olga@colleague.example")

    context = browser.new_context(base_url=product.web, viewport={"width": 390, "height": 844})
    guest = context.new_page()
    guest.goto(link)
    guest.get_by_label("Your name").fill("Olga")
    guest.get_by_label("Password").fill("correct horse battery")
    guest.get_by_role("button", name="Join the team").click()
    expect(guest).to_have_url(re.compile(r"/t/demo/flows/"))

    guest.goto("/t/demo/team/")
    expect(guest.locator('[data-member="olga@colleague.example"] [data-role]')).to_have_text("operator")
    expect(guest.get_by_role("button", name="Change role")).to_have_count(0)
    for above in ("tokens/", "invitations/", "privacy/", "settings/"):
        answer = guest.goto(f"/t/demo/team/{above}")
        assert answer is not None and answer.status == 403
    guest.goto("/t/demo/flows/")
    expect(guest.get_by_role("button", name=re.compile("New flow"))).to_have_count(0)
    context.close()

    page.goto("/t/demo/team/")
    olga = page.locator('[data-member="olga@colleague.example"]')
    olga.get_by_role("button", name="Change role").click()
    page.get_by_role("radio", name=re.compile("Viewer")).check()
    page.locator("#role").get_by_role("button", name="Change role").click()
    expect(olga.locator("[data-role]")).to_have_text("viewer")
    olga.get_by_role("button", name="Remove").click()
    page.locator("#remove").get_by_role("button", name="Remove").click()
    expect(olga).to_have_count(0)
