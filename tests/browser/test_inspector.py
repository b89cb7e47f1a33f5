"""The inspector in a real browser: every form gives back what it was given, and the hardest steps are set up by hand."""

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.configs import HARD, every_config
from tests.browser.test_first_flow import new_flow

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
    expect(page.locator("[data-saved]").first).to_contain_text("Saved")
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
