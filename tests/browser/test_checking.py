"""Problems arrive while a person types: on the field, the step and in the drawer; a click leads there or repairs."""

import json

from playwright.sync_api import Page, Route, expect

from tests.browser.test_first_flow import field, new_flow, open_step
from tests.browser.test_testing import COUNT, EDGES, GO, SAVE, SEGMENTS, TRACK, drawn
from tests.build import graph


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


def test_errors_never_keep_a_draft_from_being_saved_and_warnings_never_a_version_from_going_out(page: Page) -> None:
    wide = {"key": "send", "type": "customerio.trigger_broadcast", "name": "Send", "connection": "sandbox"}
    clock = {"key": "clock", "type": "trigger.schedule", "name": "Nightly", "config": {"cron": "0 3 * * *", "timezone": "UTC"}}  # fmt: skip
    new_flow(page, "Warned")
    assert page.evaluate(SAVE, [graph([clock, {**wide, "config": {}}], ["clock>send"]), 1]) == 200
    page.reload()
    expect(page.locator('[data-node="send"] .step-badge.err')).to_be_visible()
    page.locator('[data-action="publish"]').click()
    expect(page.locator('[data-action="publish-now"]')).to_be_disabled()
    page.keyboard.press("Escape")

    assert page.evaluate(SAVE, [graph([clock, {**wide, "config": {"broadcast_id": 12}}], ["clock>send"]), 2]) == 200
    page.reload()
    expect(page.locator('[data-node="send"] .step-badge.warn')).to_be_visible()
    page.locator('[data-action="publish"]').click()
    expect(page.locator("dialog[open]")).to_contain_text("runs unasked")
    expect(page.locator("dialog[open]")).to_contain_text("cannot be recalled")
    expect(page.locator('[data-action="publish-now"]')).to_be_disabled()
    page.locator("#publish-confirm").fill("Warned")
    page.locator('[data-action="publish-now"]').click()
    expect(page.locator("[data-version-badge], .badge.ok", has_text="Version 1").first).to_be_visible()
