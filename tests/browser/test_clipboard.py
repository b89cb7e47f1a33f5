"""Cut, copy, paste and duplicate as a person does them: within a flow, across flows and tabs, with whatever is pasted."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_first_flow import field, keys, new_flow, open_step
from tests.browser.test_testing import COUNT, EDGES, GO, SEGMENTS, TRACK, drawn

HOSTILE = [
    "👩‍👩‍👧‍👦 🧨 naïve ﷽",
    "\u202eright to left\u202c שלום عليكم",
    '<img src=x onerror=window.pwned=1> & "quotes" \' ` {{ half',
    "</script><script>window.pwned=1</script>",
    "W" * 10_000,
    "a\u0000b\ud83d",
]


@pytest.fixture
def clip(page: Page, product: Product) -> Page:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=product.web)
    return page


def put(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def paste(page: Page) -> None:
    expect(page.locator("[data-canvas][data-ready]")).to_be_visible()
    page.locator("[data-canvas]").focus()
    page.keyboard.press("Control+v")


def saved_graph(page: Page) -> dict[str, Any]:
    """The draft as the server has it, once everything is saved."""
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    page.reload()
    expect(page.locator("[data-canvas][data-ready]")).to_be_visible()
    found: dict[str, Any] = json.loads(page.locator("#editor-data").text_content() or "{}")["graph"]
    return found


def test_steps_are_duplicated_cut_and_pasted_within_a_flow(clip: Page) -> None:
    page = clip
    drawn(page, "Within", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    open_step(page, "segments")
    page.locator('[data-node="count"]').click(modifiers=["Shift"])

    page.keyboard.press("Control+d")
    expect(page.locator("[data-node]")).to_have_count(6)
    page.keyboard.press("Control+x")
    expect(page.locator("[data-node]")).to_have_count(4)
    paste(page)
    expect(page.locator("[data-node]")).to_have_count(6)

    nodes = {node["key"]: node for node in saved_graph(page)["nodes"]}
    (copy,) = [key for key in nodes if key.startswith("count_")]
    (source,) = [key for key in nodes if key.startswith("segments_")]
    assert nodes[copy]["config"]["values"]["n"]["$liquid"] == f"{{{{ steps.{source}.data.segments | size }}}}"


def test_a_copied_step_is_pasted_into_another_flow_in_another_tab(clip: Page) -> None:
    page = clip
    drawn(page, "From here", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    open_step(page, "count")
    page.locator('[data-node="count"]').focus()
    page.keyboard.press("Control+c")
    text = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert [node["key"] for node in text["nodes"]] == ["count"]

    other = page.context.new_page()
    new_flow(other, "To there")
    paste(other)

    expect(other.locator('[data-node="count"]')).to_be_visible()
    expect(other.locator("[data-toast]")).to_contain_text("these steps are not here: segments")
    put(other, json.dumps({"nodes": [SEGMENTS], "edges": []}))
    paste(other)
    expect(other.locator('[data-node="segments"]')).to_be_visible()
    open_step(other, "count")
    expect(field(other, "/values").locator("[data-mapping]").first).to_contain_text(
        re.compile("segments", re.IGNORECASE)
    )
    other.close()


@pytest.mark.parametrize(
    "text", ["hello", "", "null", "[1, 2]", '{"nodes": "no"}', '{"nodes": [null, {"key": 3}]}', "{" * 50_000]
)
def test_pasted_garbage_is_refused_with_a_sentence(clip: Page, text: str) -> None:
    new_flow(clip, "Garbage")
    put(clip, text)
    paste(clip)

    expect(clip.locator("[data-toast]")).to_contain_text("There are no steps in the clipboard")
    assert keys(clip) == []


def test_hostile_names_and_settings_never_break_the_page(clip: Page) -> None:
    page = clip
    new_flow(page, "Hostile")
    nodes = [
        {
            "key": f"n{i}",
            "type": "logic.set" if i % 2 else "of.tomorrow",
            "name": name,
            "config": {"values": {"v": name}},
            "position": {"x": 0, "y": 130 * i},
        }
        for i, name in enumerate(HOSTILE)
    ]
    notes = [{"key": "n", "text": name, "position": {"x": 400, "y": 150 * i}} for i, name in enumerate(HOSTILE)]
    put(page, json.dumps({"nodes": nodes, "edges": [{"source": "n0", "port": "next", "target": "n1"}], "notes": notes}))
    paste(page)

    expect(page.locator("[data-node]")).to_have_count(len(HOSTILE))
    expect(page.locator("[data-note]")).to_have_count(len(HOSTILE))
    page.keyboard.press("0")
    for key in keys(page):
        page.locator(f'[data-node="{key}"]').click(force=True)
    page.locator('[data-side-tab="outline"]').click()
    page.locator('[data-action="problems"]').click()
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = saved_graph(page)
    assert [node["name"] for node in found["nodes"]] == [*HOSTILE[:4], "W" * 200, "ab\ufffd"]
    assert [note["text"] for note in found["notes"]] == [*HOSTILE[:5], "ab\ufffd"]
