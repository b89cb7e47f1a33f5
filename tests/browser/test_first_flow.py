"""A person's first flow: drawn by mouse, mapped, saved, published, run by Celery against the sandbox, and read on the page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Product

RIGHT = "/branches/0/when/all/0/right"


def drop(page: Page, step_type: str, x: int, y: int) -> str:
    """Drag a palette entry to a point of the canvas, given from its top left corner; the new step's key."""
    before = keys(page)
    target = {"x": float(x), "y": float(y)}
    page.locator(f'[data-step-type="{step_type}"]').drag_to(page.locator("[data-canvas]"), target_position=target)  # type: ignore[arg-type]
    expect(page.locator("[data-node]")).to_have_count(len(before) + 1)
    (key,) = set(keys(page)) - set(before)
    return key


def keys(page: Page) -> list[str]:
    found: list[str] = page.locator("[data-node]").evaluate_all("nodes => nodes.map(node => node.dataset.node)")
    return found


def centre(element: Locator) -> tuple[float, float]:
    """Where its middle is, once it rests."""
    element.element_handle().wait_for_element_state("stable")
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def connect(page: Page, source: str, port: str, target: str) -> None:
    """Drag from a port of one step to the input of another."""
    edges = page.locator(".react-flow__edge")
    before = edges.count()
    page.mouse.move(*centre(page.locator(f'[data-node="{source}"] [data-port="{port}"]')))
    page.mouse.down()
    page.mouse.move(*centre(page.locator(f'[data-node="{target}"] [data-port="in"]')), steps=8)
    page.mouse.up()
    expect(edges).to_have_count(before + 1)


def field(page: Page, pointer: str) -> Locator:
    return page.locator(f'[data-inspector] [data-field="{pointer}"]')


def open_step(page: Page, key: str) -> None:
    page.locator(f'[data-node="{key}"]').click()
    expect(page.locator(f'[data-inspector] [data-form="{key}"]')).to_be_visible()


def new_flow(page: Page, name: str) -> None:
    page.goto("/t/demo/flows/")
    page.locator('[data-opens="new-flow"]').first.click()
    page.locator("#new-name").fill(name)
    page.get_by_role("button", name="Open the editor").click()
    expect(page.locator("[data-canvas]")).to_be_visible()


def pick(page: Page, pointer: str, path: str) -> None:
    """Take data of an earlier step for a field, from the picker."""
    field(page, pointer).locator('[data-action="map"]').first.click()
    page.locator(f'[data-path="{path}"]').first.click()
    expect(field(page, pointer).locator('[data-kind="liquid"]')).to_have_value(f"{{{{ {path} }}}}")


def test_a_person_draws_maps_publishes_and_runs_a_flow_by_mouse(page: Page, product: Product) -> None:
    new_flow(page, "Count the segments")

    trigger = drop(page, "trigger.manual", 400, 40)
    segments = drop(page, "customerio.get_segments", 400, 190)
    branch = drop(page, "logic.branch", 400, 340)
    track = drop(page, "customerio.track_event", 400, 520)
    connect(page, trigger, "next", segments)
    connect(page, segments, "next", branch)
    connect(page, branch, "yes", track)

    size = f"steps.{segments}.data.segments | size"
    open_step(page, branch)
    pick(page, "/branches/0/when/all/0/left", size)
    field(page, "/branches/0/when/all/0/op").locator("select").select_option("gt")
    page.locator(f'[data-pointer="{RIGHT}"][data-kind="number"]').fill("0")

    open_step(page, track)
    field(page, "/event").locator("input").fill("first_flow_ran")
    field(page, "/userId").locator("input").fill("ops-team")
    expect(page.locator("[data-inspector] [data-problem]")).to_have_count(0)
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()

    page.locator('[data-action="publish"]').click()
    page.locator('[data-action="publish-now"]').click()
    expect(page.get_by_text("Version 1", exact=True)).to_be_visible()

    page.locator('[data-action="test"]').click()
    for key in (trigger, segments, branch, track):
        expect(page.locator(f'[data-node="{key}"][data-state="succeeded"]')).to_be_visible()
    page.locator("a[href*='/runs/0']").first.click()

    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible()
    for key in (trigger, segments, branch, track):
        expect(page.locator(f'[data-step-run="{key}"][data-state="succeeded"]')).to_be_visible()
    # The demo's own first runs are in the log too, so the event's name tells ours.
    (sent,) = [request for request in product.requests("/v1/track") if request["body"]["event"] == "first_flow_ran"]
    assert (sent["body"]["userId"], sent["answer"]["status"]) == ("ops-team", 200)
    assert {request["answer"]["status"] for request in product.requests("/v1/segments")} == {200}


def test_an_edit_survives_a_reload_and_can_be_undone(page: Page) -> None:
    new_flow(page, "Kept and undone")
    drop(page, "trigger.manual", 400, 40)
    stop = drop(page, "logic.stop", 400, 190)
    connect(page, "manual", "next", stop)
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()

    page.reload()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    open_step(page, stop)
    page.keyboard.press("Delete")
    expect(page.locator("[data-node]")).to_have_count(1)
    page.locator('[data-action="undo"]').click()

    expect(page.locator("[data-node]")).to_have_count(2)
    expect(page.locator(".react-flow__edge")).to_have_count(1)


def test_a_step_that_lacks_something_says_so_and_publishing_is_refused(page: Page) -> None:
    new_flow(page, "Not ready")
    drop(page, "trigger.manual", 400, 40)
    track = drop(page, "customerio.track_event", 400, 190)
    connect(page, "manual", "next", track)
    open_step(page, track)

    expect(field(page, "/event").locator("[data-problem]")).to_be_visible()
    page.locator('[data-action="publish"]').click()

    expect(page.locator('[data-action="publish-now"]')).to_be_disabled()


def test_a_wrong_connection_is_refused_while_dragging(page: Page) -> None:
    new_flow(page, "No circles")
    one = drop(page, "logic.set", 400, 60)
    two = drop(page, "logic.join", 400, 260)
    connect(page, one, "next", two)

    page.mouse.move(*centre(page.locator(f'[data-node="{two}"] [data-port="next"]')))
    page.mouse.down()
    page.mouse.move(*centre(page.locator(f'[data-node="{one}"] [data-port="in"]')), steps=8)
    expect(page.get_by_text(re.compile("circle|loop|back", re.IGNORECASE)).first).to_be_visible()
    page.mouse.up()

    expect(page.locator(".react-flow__edge")).to_have_count(1)


def test_nothing_of_the_editor_is_cut_off_on_a_phone(page: Page) -> None:
    new_flow(page, "A name that is longer than a phone is wide")
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.locator('[data-action="publish"]')).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
