"""The inspector in a real browser: every form gives back what it was given, and the hardest steps are set up by hand."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.configs import HARD, every_config
from tests.browser.conftest import Product
from tests.browser.test_first_flow import field, new_flow, open_step

ROUND_TRIP = """
async ([urls, nodes]) => {
  const controls = await import("/static/editor/inspector_controls.js");
  const { shownAt } = await import("/static/editor/conditions.js");
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const lost = [];
  let seen = 0;
  for (const node of nodes) {
    const graph = { format: 1, nodes: [node], edges: [], notes: [] };
    const answer = await fetch(urls.inspector, { method: "POST", headers, body: JSON.stringify({ graph, node: node.key }) });
    if (!answer.ok) { lost.push([node.type, answer.status]); continue; }
    const holder = document.createElement("div");
    holder.hidden = true;
    holder.innerHTML = await answer.text();
    document.body.append(holder);
    for (const control of holder.querySelectorAll(controls.CONTROLS)) {
      if (control.dataset.kind === "rekey") continue;
      const stored = shownAt(node, control.dataset.pointer);
      seen++;
      for (const turn of [0, 1]) {
        const now = controls.meant(control, stored);
        if (now === controls.UNREADY || JSON.stringify(now) !== JSON.stringify(stored)) lost.push([node.type, control.dataset.pointer, JSON.stringify(stored), String(JSON.stringify(now))]);
        controls.show(control, stored);
      }
    }
    holder.remove();
  }
  return { seen, lost };
}
"""


def give(page: Page, nodes: list[dict[str, Any]], edges: list[str]) -> None:
    """Put a graph into the draft of the open editor, as a save of another tab would, and open it again."""
    placed = [
        {"name": each["key"], "config": {}, "position": {"x": 0, "y": 150 * i}, **each} for i, each in enumerate(nodes)
    ]
    wires = []
    for each in edges:
        source, target = each.split(">")
        key, _, port = source.partition(":")
        wires.append({"source": key, "port": port or "next", "target": target})
    graph = {"format": 1, "nodes": placed, "edges": wires, "notes": []}
    status = page.evaluate(
        """async (graph) => {
          const data = JSON.parse(document.querySelector("#editor-data").textContent);
          const token = document.querySelector('meta[name="csrf-token"]').content;
          const answer = await fetch(data.urls.draft, { method: "PUT", headers: { "Content-Type": "application/json", "X-CSRFToken": token },
            body: JSON.stringify({ graph, base_revision: data.revision }) });
          return answer.status;
        }""",
        graph,
    )
    assert status == 200
    page.reload()
    expect(page.locator(f'[data-node="{nodes[0]["key"]}"]')).to_be_visible()


def saved(page: Page) -> dict[str, Any]:
    """The steps of the draft as the server has them, once everything is saved."""
    expect(page.locator("[data-save-state]")).to_contain_text(re.compile(r"^Saved"))
    page.reload()
    text = page.locator("#editor-data").text_content() or "{}"
    return {node["key"]: node for node in json.loads(text)["graph"]["nodes"]}


def test_every_form_gives_back_what_it_was_given(page: Page) -> None:
    new_flow(page, "Round trip")
    urls = json.loads(page.locator("#editor-data").text_content() or "{}")["urls"]
    nodes = [
        {"key": "step", "type": step_type, "name": HARD[:100], "config": config, "position": {"x": 0, "y": 0}}
        for step_type, config in every_config()
    ]

    found = page.evaluate(ROUND_TRIP, [urls, nodes])

    assert found["seen"] > 5_000
    assert found["lost"] == []


NODES: list[dict[str, Any]] = [
    {"key": "go", "type": "trigger.manual", "config": {"fields": [{"name": "email", "label": "E-mail", "type": "text", "required": True}, {"name": "amount", "label": "Amount", "type": "number", "required": True}]}},
    {"key": "list", "type": "customerio.get_segments", "connection": "sandbox"},
    {"key": "loop", "type": "logic.for_each", "config": {"items": {"$liquid": "{{ steps.list.data.segments }}"}, "concurrency": 1, "on_item_failure": "stop"}},
    {"key": "note", "type": "logic.set", "config": {"values": {"what": ""}}},
    {"key": "big", "type": "logic.branch", "config": {"branches": [{"port": "yes", "label": "Yes", "when": {"all": []}}], "else": "no"}},
    {"key": "cast", "type": "customerio.trigger_broadcast", "connection": "sandbox", "config": {"broadcast_id": 1, "ids": ["1"]}},
    {"key": "shop", "type": "http.request", "config": {"method": "GET", "url": "https://api.example.com/x", "body_type": "none"}},
    {"key": "nap", "type": "logic.wait", "config": {"seconds": 60}},
    {"key": "mail", "type": "notify.email", "config": {"to": [""], "subject": "x", "text": "y"}},
]  # fmt: skip
EDGES = ["go>list", "list>loop", "loop:each>note", "loop:done>big", "big:yes>cast", "cast>shop", "shop>nap", "nap>mail"]


@pytest.fixture
def editor(page: Page) -> Page:
    """The editor with a flow of the hardest steps."""
    new_flow(page, "By hand")
    give(page, NODES, EDGES)
    return page


def test_conditions_are_built_in_words_and_kept(editor: Page) -> None:
    open_step(editor, "big")
    when = "/branches/0/when/all/0"
    field(editor, f"{when}/left").locator('[data-action="map"]').click()
    editor.locator('[data-path="trigger.amount"]').click()
    editor.locator(f'[data-pointer="{when}/op"]').select_option(label="is at least")
    editor.locator(f'[data-pointer="{when}/right"]').fill("12.5")
    editor.locator('[data-action="add-group"]').click()
    nested = "/branches/0/when/all/1/any/0"
    field(editor, f"{nested}/left").locator('[data-action="map"]').click()
    editor.locator('[data-path="trigger.email"]').click()
    editor.locator(f'[data-pointer="{nested}/op"]').select_option(label="ends with")
    editor.locator(f'[data-pointer="{nested}/right"]').fill("@example.com 👋")

    steps = saved(editor)

    assert steps["big"]["config"]["branches"][0]["when"] == {
        "all": [
            {"left": {"$liquid": "{{ trigger.amount }}"}, "op": "gte", "right": 12.5},
            {"any": [{"left": {"$liquid": "{{ trigger.email }}"}, "op": "ends_with", "right": "@example.com 👋"}]},
        ]
    }


def test_in_a_loop_the_item_can_be_picked(editor: Page) -> None:
    open_step(editor, "note")
    field(editor, "/values/what").locator('[data-action="map"]').click()
    expect(editor.locator('[data-source="item"]')).to_contain_text("Item of the loop")
    editor.locator("[data-pick-search]").fill("position")
    editor.keyboard.press("Enter")

    assert saved(editor)["note"]["config"]["values"] == {"what": {"$liquid": "{{ index }}"}}


def test_a_wide_step_says_whom_it_hits_and_gets_an_approval_in_one_click(editor: Page) -> None:
    open_step(editor, "cast")
    expect(editor.locator("[data-whom]")).to_contain_text("1 person by id")
    editor.get_by_role("button", name="Require an approval before it").click()
    expect(editor.locator("[data-approved]")).to_be_visible()
    expect(editor.locator('[data-node="approval"]')).to_be_visible()

    approval = saved(editor)["approval"]

    assert approval["type"] == "logic.wait_for"
    assert approval["config"]["for"] == "approval"
    wires = json.loads(editor.locator("#editor-data").text_content() or "{}")["graph"]["edges"]
    assert {"source": "big", "port": "yes", "target": "approval"} in wires
    assert {"source": "approval", "port": "approved", "target": "cast"} in wires
    assert {"source": "big", "port": "yes", "target": "cast"} not in wires


def test_an_http_step_asks_for_the_body_of_its_kind_and_marks_a_typed_key(editor: Page) -> None:
    open_step(editor, "shop")
    expect(field(editor, "@connection")).to_contain_text("No connection")
    expect(field(editor, "/json")).to_have_count(0)
    editor.locator('[data-pointer="/method"]').select_option("POST")
    editor.locator('[data-pointer="/body_type"]').select_option("json")
    body = editor.locator('[data-pointer="/json"]')
    expect(body).to_be_visible()
    body.fill('{"who": "{{ trigger.email }}", "n": [1, ')
    expect(field(editor, "/json").locator("[data-json-trouble]")).to_be_visible()
    body.fill('{"who": "{{ trigger.email }}", "n": [1, 2.50]}')
    expect(field(editor, "/json").locator("[data-json-trouble]")).to_be_hidden()
    field(editor, "/headers").locator('[data-action="add-entry"]').click()
    editor.locator('[data-key-of="/headers/name"]').fill("X-Api-Key")
    editor.locator('[data-key-of="/headers/name"]').press("Enter")
    editor.locator('[data-pointer="/headers/X-Api-Key"]').fill("sk_live_12345678")
    expect(field(editor, "/headers/X-Api-Key").locator('[data-problem="secret_in_flow"]')).to_be_visible()

    config = saved(editor)["shop"]["config"]

    assert config["json"] == {"who": {"$liquid": "{{ trigger.email }}"}, "n": [1, 2.5]}
    assert config["headers"] == {"X-Api-Key": "sk_live_12345678"}


def test_a_wait_until_working_hours(editor: Page) -> None:
    open_step(editor, "nap")
    editor.get_by_text("Working hours", exact=True).click()
    field(editor, "/window/days").get_by_label("Sat").check()
    editor.locator('[data-pointer="/window/from"]').fill("08:30")

    window = saved(editor)["nap"]["config"]["window"]

    assert window["days"] == ["mon", "tue", "wed", "thu", "fri", "sat"]
    assert window["from"] == "08:30"


def test_a_pasted_column_becomes_rows(editor: Page) -> None:
    open_step(editor, "mail")
    row = editor.locator('[data-pointer="/to/0"]')
    row.focus()
    row.evaluate(
        """(row) => {
          const data = new DataTransfer();
          data.setData("text/plain", "ada@example.com\\r\\nשלום@example.com\\r\\n<b>@example.com\\r\\n");
          row.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(editor.locator('[data-pointer="/to/2"]')).to_have_value("<b>@example.com")

    assert saved(editor)["mail"]["config"]["to"] == ["ada@example.com", "שלום@example.com", "<b>@example.com"]


def test_the_drawer_leads_to_the_very_field(editor: Page) -> None:
    editor.locator('[data-action="problems"]').click()
    editor.locator('[data-problem-node="mail"]').first.click()

    expect(editor.locator('[data-pointer="/to/0"]')).to_be_focused()


def test_choices_of_the_account_come_by_name_and_can_be_loaded_again(editor: Page, product: Product) -> None:
    open_step(editor, "cast")
    field(editor, "/broadcast_id").locator('[data-action="choices"]').click()
    box = editor.locator("#account-choices")
    expect(box.locator("[data-value]").first).to_be_visible()
    calls = len(product.requests("/v1/broadcasts"))
    box.locator("[data-choices-fresh]").click()
    expect(box).to_contain_text(re.compile("Loaded"))
    name = box.locator('[data-value="1"] .choice-name').text_content() or ""
    box.locator('[data-value="1"]').click()
    expect(field(editor, "/broadcast_id").locator("[data-chosen-name]")).to_have_text(name)
    assert len(product.requests("/v1/broadcasts")) > calls


def test_hard_text_holds_in_names_and_fields(editor: Page) -> None:
    open_step(editor, "mail")
    editor.locator('[data-pointer="/text"]').fill(HARD)
    editor.locator('[data-pointer="@name"]').fill("<b>שלום</b> 👩‍👩‍👧‍👦")

    mail = saved(editor)["mail"]

    assert mail["config"]["text"] == HARD
    assert mail["name"] == "<b>שלום</b> 👩‍👩‍👧‍👦"
