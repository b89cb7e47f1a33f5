"""The hand on the canvas: insert, refuse, heal, lasso, move together, tidy, find, zoom, and sticky notes."""

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_clipboard import saved_graph
from tests.browser.test_first_flow import centre, field, keys, new_flow, open_step
from tests.browser.test_testing import COUNT, EDGES, GO, SEGMENTS, TRACK, drawn

PALETTE = '[data-step-type="logic.wait"]'


def wires(page: Page) -> list[str]:
    found: list[str] = page.locator(".react-flow__edge").evaluate_all("all => all.map(one => one.dataset.id).sort()")
    return found


def places(page: Page) -> dict[str, tuple[int, int]]:
    boxes = {key: page.locator(f'[data-node="{key}"]').bounding_box() for key in keys(page)}
    return {key: (round(box["x"]), round(box["y"])) for key, box in boxes.items() if box}


def choose(page: Page, words: str) -> None:
    page.locator(".floating-menu input").fill(words)
    page.keyboard.press("Enter")


def test_plus_on_an_edge_and_on_an_open_port_and_a_drop_on_an_edge(page: Page) -> None:
    drawn(page, "Plus", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.locator('[data-add-on="segments|next|count"]').click()
    choose(page, "Only go on if")
    expect(page.locator('[data-node="filter"]')).to_be_visible()
    page.locator('[data-add-after="track"]').click()
    choose(page, "Stop")
    expect(page.locator('[data-node="stop"]')).to_be_visible()
    assert {"segments|next|filter", "track|next|stop"} <= set(wires(page))
    assert any(one.startswith("filter|") and one.endswith("|count") for one in wires(page))

    page.emulate_media(reduced_motion="reduce")
    expect(page.locator('[data-node="stop"]')).to_be_focused()
    page.locator('[data-action="fit"]').click()
    x, y = centre(page.locator('[data-add-on="go|next|segments"]'))
    box = page.locator("[data-canvas]").bounding_box()
    assert box
    target = {"x": x - box["x"], "y": y - box["y"]}
    page.locator(PALETTE).drag_to(page.locator("[data-canvas]"), target_position=target)  # type: ignore[arg-type]
    expect(page.locator('[data-node="wait"]')).to_be_visible()
    assert {"go|next|wait", "wait|next|segments"} <= set(wires(page))

    page.locator('[data-node="wait"]').focus()
    page.keyboard.press("Delete")
    expect(page.locator('[data-node="wait"]')).to_have_count(0)
    assert "go|next|segments" in wires(page)


def test_the_reason_stands_beside_the_hand_while_it_drags(page: Page) -> None:
    drawn(page, "Refused", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.mouse.move(*centre(page.locator('[data-node="track"] [data-port="next"]')))
    page.mouse.down()
    page.mouse.move(*centre(page.locator('[data-node="segments"]')), steps=6)
    expect(page.locator(".canvas-hint")).to_have_text(re.compile("would be a loop"))
    page.mouse.move(*centre(page.locator('[data-node="go"]')), steps=6)
    expect(page.locator(".canvas-hint")).to_have_text(re.compile("is a trigger"))
    page.mouse.up()
    expect(page.locator(".canvas-hint")).to_be_hidden()
    assert len(wires(page)) == 3


def test_lasso_shift_select_and_move_together_are_one_step_of_undo(page: Page) -> None:
    drawn(page, "Lasso", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    before = places(page)
    left = min(x for x, _ in before.values())
    page.keyboard.down("Shift")
    page.mouse.move(left - 60, before["segments"][1] - 12)
    page.mouse.down()
    page.mouse.move(left + 400, before["count"][1] + 40, steps=6)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.locator('[data-node][aria-current="true"]')).to_have_count(2)
    page.locator('[data-node="track"]').click(modifiers=["Shift"])
    expect(page.locator('[data-node][aria-current="true"]')).to_have_count(3)
    expect(page.locator("[data-inspector]")).to_contain_text("3 steps are selected")

    x, y = centre(page.locator('[data-node="count"] .step-name'))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 160, y + 32, steps=6)
    page.mouse.up()
    after = places(page)
    shifts = {
        (after[key][0] - before[key][0], after[key][1] - before[key][1]) for key in ("segments", "count", "track")
    }
    assert len(shifts) == 1
    assert shifts != {(0, 0)}
    assert after["go"] == before["go"]
    page.keyboard.press("Control+z")
    expect(page.locator('[data-action="redo"]')).to_be_enabled()
    assert places(page) == before
    expect(page.locator('[data-action="undo"]')).to_be_disabled()


def test_tidy_find_zoom_fit_and_the_small_map(page: Page) -> None:
    steps = [
        {"key": f"s{i}", "type": "logic.set", "name": f"Set {i}", "config": {"values": {"n": i}}} for i in range(8)
    ]
    drawn(page, "Find me", [GO, *steps], ["go>s0", *(f"s{i}>s{i + 1}" for i in range(7))])
    expect(page.locator(".react-flow__minimap")).to_be_visible()
    page.locator('[data-node="s1"]').focus()
    page.keyboard.press("Control+f")
    choose(page, "Set 7")
    expect(page.locator('[data-node="s7"]')).to_be_focused()
    expect(page.locator('[data-node="s7"]')).to_be_in_viewport()

    page.keyboard.press("0")
    for key in ("go", "s7"):
        expect(page.locator(f'[data-node="{key}"]')).to_be_in_viewport(ratio=1)
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator('[data-action="undo"]')).to_be_enabled()
    page.keyboard.press("t")
    expect(page.locator('[data-action="undo"]')).to_have_attribute("title", "Undo: Tidy up")
    small = page.locator('[data-node="s7"]').bounding_box()
    page.keyboard.press("+")
    page.wait_for_function(
        "was => document.querySelector('[data-node=s7]').getBoundingClientRect().width > was * 1.15",
        arg=small and small["width"],
    )


def test_a_sticky_note_is_written_moved_sized_kept_and_means_nothing_to_a_run(page: Page) -> None:
    drawn(page, "Notes", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    page.locator('[data-action="publish"]').click()
    page.locator('[data-action="publish-now"]').click()
    expect(page.get_by_text("Version 1", exact=True)).to_be_visible()

    page.locator('[data-action="add-note"]').click()
    expect(page.locator("[data-note] textarea")).to_be_focused()
    page.keyboard.type("Ask Grace <b>first</b> שלום")
    page.keyboard.press("Escape")
    note = page.locator("[data-note]")
    x, y = centre(note.locator(".note-head"))
    before = note.bounding_box()
    page.mouse.move(x - 60, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 160, steps=6)
    page.mouse.up()
    was = note.bounding_box()
    assert before and was and was["y"] > before["y"] + 100
    gx, gy = centre(note.locator("[data-note-size]"))
    page.mouse.move(gx, gy)
    page.mouse.down()
    page.mouse.move(gx + 60, gy + 40, steps=6)
    page.mouse.up()
    note.locator('[data-note-colour="pink"]').click()
    expect(note.locator(".note")).to_have_attribute("data-colour", "pink")

    (kept,) = saved_graph(page)["notes"]
    assert (kept["text"], kept["colour"]) == ("Ask Grace <b>first</b> שלום", "pink")
    assert kept["width"] > 240
    expect(page.locator("[data-note] textarea")).to_have_value(kept["text"])
    assert json.loads(page.locator("#editor-data").text_content() or "{}")["problems"] == []
    page.locator("[data-note] .note-head").click(position={"x": 60, "y": 10})
    page.keyboard.press("Delete")
    expect(page.locator("[data-note]")).to_have_count(0)
    page.locator('[data-action="undo"]').click()
    expect(page.locator("[data-note] textarea")).to_have_value(kept["text"])


def test_undo_inside_a_form_takes_back_what_was_typed_there(page: Page) -> None:
    drawn(page, "Typed", [GO, SEGMENTS, COUNT, TRACK], EDGES)
    open_step(page, "track")
    box = field(page, "/event").locator("input")
    box.fill("something_else")
    page.keyboard.press("Control+z")
    expect(box).to_have_value("dry_and_pinned")
    page.keyboard.press("Control+Shift+z")
    expect(box).to_have_value("something_else")


def test_200_random_edits_are_undone_and_redone_to_the_byte(page: Page) -> None:
    new_flow(page, "Two hundred")
    steps: list[dict[str, Any]] = [GO, SEGMENTS, COUNT, TRACK]
    page.evaluate(
        """async (graph) => {
          const token = document.querySelector('meta[name=csrf-token]').content;
          await fetch('draft/', { method: 'PUT', headers: { 'X-CSRFToken': token }, body: JSON.stringify({ graph, base_revision: 1 }) });
        }""",
        {
            "format": 1,
            "nodes": [one | {"position": {"x": 0, "y": 140 * i}} for i, one in enumerate(steps)],
            "edges": [{"source": "go", "port": "next", "target": "segments"}],
            "notes": [],
        },
    )
    page.reload()
    expect(page.locator("[data-node]")).to_have_count(4)
    before = page.evaluate("JSON.stringify(JSON.parse(document.querySelector('#editor-data').textContent).graph)")
    done = page.evaluate(RANDOM_EDITS)
    assert done == 200
    expect(page.locator('[data-save-state="saved"]')).to_be_visible()
    after = page.evaluate(DRAFT)
    assert after != before

    times = page.evaluate(PRESS, "undo")
    assert times >= 190
    expect(page.locator('[data-action="undo"]')).to_be_disabled()
    until(page, lambda text: text == before)

    assert page.evaluate(PRESS, "redo") == times
    until(page, lambda text: text == after)


def until(page: Page, right: Callable[[str], bool], tries: int = 80) -> None:
    """Wait until the draft as the server has it, as text, is right."""
    for _ in range(tries):
        if right(text := page.evaluate(DRAFT)):
            return
        page.wait_for_timeout(250)
    raise AssertionError(text)


# Presses a button until it can be pressed no more; how often that was.
PRESS = """(action) => {
  const button = document.querySelector(`[data-action=${action}]`);
  let times = 0;
  for (; !button.disabled && times < 500; times++) button.click();
  return times;
}"""

DRAFT = """async () => {
  const text = await (await fetch(location.pathname)).text();
  const page = new DOMParser().parseFromString(text, 'text/html');
  return JSON.stringify(JSON.parse(page.querySelector('#editor-data').textContent).graph);
}"""

# Every edit goes through the page's own buttons, keys, forms and clipboard events; each is awaited until undo tells of it.
RANDOM_EDITS = """async () => {
  let seed = 7;
  const below = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 2147483648 * n); };
  const all = (selector) => [...document.querySelectorAll(selector)];
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const pick = (list) => list[below(list.length)];
  const root = document.querySelector('[data-canvas]');
  const press = (target, key, more = {}) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  const types = ['logic.set', 'logic.join', 'logic.filter', 'customerio.get_segments', 'customerio.track_event', 'logic.stop', 'trigger.manual'];
  // The graph as text, without asking the page's own store: what a copy of everything gives.
  const whole = () => {
    press(root, 'a', { ctrlKey: true });
    const data = new DataTransfer();
    root.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }));
    return data.getData('text/plain');
  };
  let last = whole();
  for (let act = 0; act < 200;) {
    const card = pick(all('[data-node]'));
    if (!card) {
      document.querySelector('[data-step-type="logic.set"]').click();
      await pause(30);
      continue;
    }
    card.click();
    await pause(0);
    const what = below(10);
    if (what < 2) document.querySelector(`[data-step-type="${pick(types)}"]`).click();
    else if (what === 2) press(card, 'Delete');
    else if (what === 3) press(card, 'd', { ctrlKey: true });
    else if (what === 4) press(card, pick(['ArrowLeft', 'ArrowRight', 'ArrowDown']), { altKey: true });
    else if (what === 5) press(card, 't');
    else if (what === 6) document.querySelector('[data-action=add-note]').click();
    else if (what === 7) {
      const data = new DataTransfer();
      data.setData('text/plain', last);
      if (all('[data-node]').length < 12) root.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    } else {
      for (let i = 0; i < 40 && document.querySelector('[data-inspector]').getAttribute('aria-busy') === 'true'; i++) await pause(25);
      const box = pick(all('[data-inspector] [data-form] input[type=text], [data-inspector] [data-form] input:not([type])').filter((one) => one.offsetParent && one.dataset.kind !== 'rekey'));
      if (box) {
        box.focus();
        box.value = `v${act}`;
        box.dispatchEvent(new InputEvent('input', { bubbles: true }));
        box.blur();
      }
    }
    await pause(5);
    if (all('[data-node]').length > 25) press(pick(all('[data-node]')), 'Delete');
    const now = whole();
    if (now !== last) act++;
    last = now;
  }
  return 200;
}"""
