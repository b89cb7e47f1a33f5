"""A newcomer finds a template, fills it in, and stands in the editor with a draft."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

SHOTS = os.environ.get("SHOTS_FOLDER")
"""A folder for pictures of the pages; empty: none are taken."""


def shoot(page: Page, name: str) -> None:
    if not SHOTS:
        return
    for width, height in ((1440, 900), (390, 844)):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_template_becomes_a_draft_in_the_editor(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/t/demo/flows/")
    page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Templates").click()
    expect(page.locator(".gallery li")).to_have_count(10)
    shoot(page, "list")

    page.get_by_role("searchbox", name="Search templates").fill("every night")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="Export a segment every night").click()
    page.get_by_label("Name of the segment").fill("VIP")
    shoot(page, "template")
    page.get_by_role("button", name="Use this template").click()

    expect(page.locator(".react-flow__node").first).to_be_visible()
    expect(page).to_have_title("Export a segment every night · Editor · Demo team")
