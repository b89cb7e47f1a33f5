"""Turning on a second factor and signing in with it, as a person does it: password, app, recovery code."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, VIOLATIONS, Product
from tests.integration.teams.conftest import code_of

PASSWORD = "correct horse battery"


def manage(product: Product, *arguments: str) -> str:
    """A command typed beside the running product."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HELIX_", "DJANGO_", "DATABASE_"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**kept, "HELIX_DATA_DIR": str(product.data)},
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


@pytest.fixture
def newcomer(product: Product, browser: Browser) -> Iterator[Page]:
    """A browser in which nobody is signed in yet, for a person of their own."""
    manage(product, "createowner", "zoe@demo.example", "--team", "Zoe and friends")
    context = browser.new_context(base_url=product.web, viewport={"width": 1440, "height": 900})
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert page.evaluate("window.violations || []") == [] and errors == []
    context.close()


def test_a_second_factor_from_setting_it_up_to_signing_in_with_it(product: Product, newcomer: Page) -> None:
    page = newcomer
    page.goto(manage(product, "signin_link", "zoe@demo.example", "--path"))
    page.goto("/account/")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set a password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()

    page.get_by_role("link", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator(".factor-key code").inner_text().replace(" ", "")
    page.get_by_label("Code of the app").fill("000 000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    page.get_by_label("Code of the app").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Keep your recovery codes")).to_be_visible()
    codes = [text.replace(" ", "") for text in page.locator(".codes code").all_inner_texts()]
    assert len(set(codes)) == 10
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as text").click()
    assert downloading.value.suggested_filename == "helix-recovery-codes.txt"
    kept = downloading.value.path().read_text()
    assert all(code in kept for code in codes) and "zoe@demo.example" in kept
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#second-factor")).to_contain_text("10 of 10 recovery codes left")

    page.goto("/t/zoe-and-friends/second-factor/")
    page.get_by_role("button", name="Ask every member for it").click()
    expect(page.locator("#second-factor .badge")).to_contain_text("asked for")

    page.get_by_title("Account").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    page.get_by_label("Code", exact=True).fill(code_of(secret, 1))
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile(r"/t/zoe-and-friends/flows/"))

    page.get_by_title("Account").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    page.get_by_label("Code", exact=True).fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_url(re.compile(r"/t/zoe-and-friends/flows/"))


def sign_in(page: Page) -> None:
    page.get_by_label("E-mail").fill("zoe@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()


def test_a_session_of_another_browser_is_ended_from_the_account(product: Product, browser: Browser, page: Page) -> None:
    context = browser.new_context(base_url=product.web)
    other = context.new_page()
    other.goto(manage(product, "signin_link", "--path"))
    expect(other).to_have_url(re.compile(r"/t/demo/flows/"))

    page.goto("/account/#sessions")
    page.locator(".sessions").get_by_role("button", name="End").first.click()
    expect(page.get_by_text("That session is signed out.")).to_be_visible()

    other.goto("/account/")
    expect(other).to_have_url(re.compile(r"/sign-in/\?next="))
    context.close()
