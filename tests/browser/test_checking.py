"""Problems arrive while a person types: on the field, the step and in the drawer; a click leads there or repairs."""

import json

from playwright.sync_api import Page, Route, expect

from tests.browser.test_first_flow import field, open_step
from tests.browser.test_testing import COUNT, EDGES, GO, SEGMENTS, TRACK, drawn


def test_a_wrong_field_is_marked_where_it_is_before_anything_is_saved(page: Page) -> None:
    drawn(page, "Marked", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.route("**/draft/", lambda route: route.abort())
    open_step(page, "track")
    field(page, "/event").locator("input").fill("")

    expect(field(page, "/event").locator("[data-problem]")).to_be_visible()
    expect(page.locator('[data-node="track"] .step-badge.err')).to_be_visible()
    expect(page.locator('[data-action="problems"]')).to_contain_text("1")
    field(page, "/event").locator("input").fill("right_again")
    expect(field(page, "/event").locator("[data-problem]")).to_have_count(0)
    expect(page.locator('[data-node="track"] .step-badge')).to_have_count(0)
    page.unroute("**/draft/")
    expect(page.locator('[data-save-state="saved"]')).to_be_visible(timeout=20_000)


def test_an_answer_about_an_older_graph_is_dropped(page: Page) -> None:
    drawn(page, "Stale", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.route("**/draft/", lambda route: route.abort())
    held: list[Route] = []
    asked: list[str] = []

    def hold(route: Route) -> None:
        asked.append(route.request.post_data or "")
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/check/", hold)
    open_step(page, "track")
    with page.expect_request("**/check/"):
        field(page, "/event").locator("input").fill("first_answer_is_late")
    field(page, "/event").locator("input").fill("newer")
    stale = [
        {"severity": "error", "code": "stale", "message": "Old news.", "hint": "", "node": "track", "field": "/event"}
    ]
    with page.expect_request("**/check/") as again:
        held[0].fulfill(json={"problems": stale})

    assert json.loads(again.value.post_data or "{}")["graph"]["nodes"][3]["config"]["event"] == "newer"
    response = again.value.response()
    assert response is not None and response.ok
    expect(page.locator("[data-inspector] [data-problem]")).to_have_count(0)
    expect(page.get_by_text("Old news.")).to_have_count(0)
    page.unroute("**/draft/")
    expect(page.locator('[data-save-state="saved"]')).to_be_visible(timeout=20_000)


def test_the_drawer_lists_all_jumps_to_the_field_and_repairs_in_one_click(page: Page) -> None:
    bare = {**TRACK, "config": {"userId": "ada", "event": "e", "propertiez": {}}}
    drawn(page, "Repair", [GO, SEGMENTS, COUNT, bare], EDGES)
    page.locator('[data-action="problems"]').click()
    row = page.locator("[data-problem-node=track]").first
    expect(row).to_be_visible()
    row.click()
    expect(page.locator('[data-inspector] [data-form="track"]')).to_be_visible()
    repair = page.locator('[data-action="repair-here"]').first
    expect(repair).to_be_visible()
    repair.click()
    expect(page.locator("[data-problem-node=track]")).to_have_count(0)
    page.locator('[data-action="undo"]').click()
    expect(page.locator("[data-problem-node=track]").first).to_be_visible()
