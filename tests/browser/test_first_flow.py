"""A person's first flow: drawn by mouse, mapped, saved, published, run by Celery against the sandbox, and read on the page."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Product


def drop(page: Page, step_type: str, x: int, y: int) -> None:
    """Drag a palette entry to a point of the canvas, given from its top left corner."""
    page.locator(f'[data-step-type="{step_type}"]').drag_to(
        page.locator("[data-canvas]"), target_position={"x": x, "y": y}
    )


def centre(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def connect(page: Page, source: str, port: str, target: str) -> None:
    """Drag from a port of one step to the input of another."""
    start, end = (
        page.locator(f'[data-node="{source}"] [data-port="{port}"]'),
        page.locator(f'[data-node="{target}"] [data-port="in"]'),
    )
    page.mouse.move(*centre(start))
    page.mouse.down()
    page.mouse.move(*centre(end), steps=8)
    page.mouse.up()


def field(page: Page, pointer: str) -> Locator:
    return page.locator(f'[data-inspector] [data-field="{pointer}"]')


def fill(page: Page, pointer: str, text: str) -> None:
    field(page, pointer).locator("input, textarea, select").first.fill(text)


def keys(page: Page) -> list[str]:
    found: list[str] = page.locator("[data-node]").evaluate_all("nodes => nodes.map(node => node.dataset.node)")
    return found


def added(page: Page, before: list[str]) -> str:
    """The key of the step that was just dropped."""
    expect(page.locator("[data-node]")).to_have_count(len(before) + 1)
    (key,) = set(keys(page)) - set(before)
    return key


def draw(page: Page) -> dict[str, str]:
    """Drop trigger, List segments, branch and Track an event, one below the other; the keys they got."""
    made: dict[str, str] = {}
    for name, step_type, y in (
        ("trigger", "trigger.manual", 60),
        ("segments", "customerio.get_segments", 230),
        ("branch", "logic.branch", 400),
        ("track", "customerio.track_event", 600),
    ):
        before = keys(page)
        drop(page, step_type, 420, y)
        made[name] = added(page, before)
    return made


def new_flow(page: Page) -> None:
    page.goto("/t/demo/flows/")
    page.locator('[data-action="new-flow"]').first.click()
    expect(page.locator("[data-canvas]")).to_be_visible()


def test_a_person_draws_maps_publishes_and_runs_a_flow_by_mouse(page: Page, product: Product) -> None:
    product.clear_requests()
    new_flow(page)
    made = draw(page)
    page.locator('[data-action="fit"]').click()
    for source, port, target in (
        ("trigger", "next", "segments"),
        ("segments", "next", "branch"),
        ("branch", "yes", "track"),
    ):
        connect(page, made[source], port, made[target])
    expect(page.locator(".react-flow__edge")).to_have_count(3)

    page.locator(f'[data-node="{made["branch"]}"]').click()
    condition = field(page, "/branches/0/when")
    condition.locator('[data-action="map"]').first.click()
    page.locator(f'[data-path="steps.{made["segments"]}.data.segments | size"]').click()
    condition.locator('[data-pointer$="/op"]').first.select_option("gt")
    condition.locator('[data-pointer$="/right"]').first.fill("0")

    page.locator(f'[data-node="{made["track"]}"]').click()
    fill(page, "/userId", "ops-team")
    fill(page, "/event", "segments_counted")
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    expect(page.locator("[data-problem]")).to_have_count(0)

    page.locator('[data-action="publish"]').first.click()
    page.locator('dialog [data-action="publish-now"]').click()
    expect(page.get_by_text(re.compile("[Vv]ersion 1|Published"))).to_be_visible()

    page.locator('[data-action="test"]').first.click()
    run_now = page.locator('dialog [data-action="run-now"]')
    if run_now.is_visible():
        run_now.click()
    for name in made.values():
        expect(page.locator(f'[data-node="{name}"][data-state="succeeded"]')).to_be_visible()

    page.locator('a[href*="/runs/"][data-action="open-run"]').click()
    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible()
    for name in made.values():
        expect(page.locator(f'[data-step-run="{name}"][data-state="succeeded"]')).to_be_visible()

    (sent,) = product.requests("/v1/track")
    assert sent["body"]["event"] == "segments_counted"
    assert sent["body"]["userId"] == "ops-team"
    assert len(product.requests("/v1/segments")) == 1
