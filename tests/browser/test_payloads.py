"""Hostile text in every name, label, note, message, event and value: on every page it is text, and the policy is never asked."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Page, StorageState, expect

from tests.browser.conftest import VIOLATIONS, Product
from tests.browser.payloads import PAYLOADS

SPACE = {"x": 0, "y": 0}


def hostile_graph() -> dict[str, Any]:
    """A step for each payload, which is its name, its value, and the words of the branch before it."""
    fields = [{"name": f"f{n}", "label": text[:120], "type": "text"} for n, text in enumerate(PAYLOADS[:20])]
    nodes: list[dict[str, Any]] = [
        {"key": "go", "type": "trigger.manual", "name": PAYLOADS[0], "position": SPACE, "config": {"fields": fields}},
        {
            "key": "hook",
            "type": "trigger.webhook",
            "name": PAYLOADS[12],
            "position": SPACE,
            "config": {"verify": "none"},
        },
    ]
    edges = [{"source": "hook", "port": "next", "target": "s0"}]
    before = "go"
    for number, text in enumerate(PAYLOADS):
        if number % 4 == 3:
            node: dict[str, Any] = {
                "type": "customerio.track_event", "connection": "sandbox",
                "config": {"userId": text[:100], "event": text[:100], "properties": {text[:60]: text, "plain": text}},
            }  # fmt: skip
        else:
            node = {"type": "logic.set", "config": {"values": {f"v{number}": text}}}
        key = f"s{number}"
        nodes.append({"key": key, "name": text[:100], "position": {"x": 0, "y": 140 * number}, **node})
        edges.append({"source": before, "port": "next", "target": key})
        before = key
    nodes.append(
        {"key": "halt", "type": "logic.stop", "name": PAYLOADS[13], "position": SPACE,
         "config": {"outcome": "fail", "message": PAYLOADS[14]}}
    )  # fmt: skip
    edges.append({"source": before, "port": "next", "target": "halt"})
    notes = [{"id": f"n{n}", "text": text, "position": {"x": 400, "y": 100 * n}} for n, text in enumerate(PAYLOADS)]
    return {"format": 1, "nodes": nodes, "edges": edges, "notes": notes}


class Visitor:
    """Goes to pages and counts what should never happen."""

    def __init__(self, page: Page) -> None:
        self.page, self.visited, self.dialogs, self.reports = page, 0, list[str](), list[str]()
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self.reports.append(request.url) if "evil.example" in request.url else None)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def look(self) -> None:
        """The page that is open has run nothing and asked the policy for nothing."""
        self.visited += 1
        self.reports += self.page.evaluate("window.violations || []")
        assert self.page.evaluate("window.pwned") is None, self.page.url
        assert not self.reports and not self.dialogs, (self.page.url, self.reports, self.dialogs)

    def go(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def send(
        self, address: str, body: Any = None, form: dict[str, str | float | bool] | None = None, method: str = "POST"
    ) -> Any:
        """A request with the session and the page's token, as the page itself sends it."""
        token = self.page.locator('meta[name="csrf-token"]').get_attribute("content")
        headers = {"X-CSRFToken": token or "", "Referer": self.page.url}
        if form is not None:
            return self.page.request.fetch(address, method=method, headers=headers, form=form, max_redirects=0)
        return self.page.request.fetch(
            address, method=method, headers={**headers, "Content-Type": "application/json"}, data=json.dumps(body or {})
        )


@pytest.fixture
def visitor(product: Product, browser: Browser, signed_in: StorageState) -> Iterator[Visitor]:
    context = browser.new_context(
        storage_state=signed_in, base_url=product.web, viewport={"width": 1440, "height": 900}
    )
    context.add_init_script(VIOLATIONS)
    visitor = Visitor(context.new_page())
    yield visitor
    visitor.page.goto("/t/demo/schedule/pause/")
    visitor.send("/t/demo/schedule/resume/", form={})
    context.close()
    print(f"\nhostile text: {len(PAYLOADS)} payloads, {visitor.visited} pages and states looked at")


def brought(visitor: Visitor, name: str, graph: dict[str, Any]) -> str:
    """A flow with this graph, by the door for files; its address."""
    page = visitor.page
    if "/t/demo/" not in page.url:
        page.goto("/t/demo/flows/")
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    document = json.dumps({"helix": 1, "name": name, "graph": graph}).encode()
    answer = page.request.post(
        "/t/demo/flows/import/", headers={"X-CSRFToken": token, "Referer": page.url},
        multipart={"file": {"name": "x.json", "mimeType": "application/json", "buffer": document}},
    )  # fmt: skip
    assert answer.ok and "/flows/" in answer.url, answer.text()[:500]
    return answer.url


def test_hostile_text_is_text_everywhere(visitor: Visitor) -> None:
    page = visitor.page
    empty = {"format": 1, "nodes": [], "edges": [], "notes": []}
    for text in PAYLOADS:
        brought(visitor, text, empty)
    editor = brought(visitor, PAYLOADS[15], hostile_graph())
    visitor.go(editor)
    published = visitor.send(f"{editor}publish/", {"note": PAYLOADS[12]})
    assert published.status == 201, published.text()[:600]
    values = {f"f{number}": text for number, text in enumerate(PAYLOADS[:20])}
    begun = visitor.send(f"{editor}run/", {"input": values}).json()
    visitor.send("/t/demo/schedule/pause/", form={"reason": PAYLOADS[12]})

    # The editor, each step's form in it
    visitor.go(editor)
    expect(page.locator(".paused-bar")).to_contain_text(PAYLOADS[12])
    for number in range(len(PAYLOADS)):
        page.evaluate("key => document.querySelector(`[data-id='${key}']`)?.click()", f"s{number}")
        inspected = visitor.send(f"{editor}inspector/", {"graph": hostile_graph(), "node": f"s{number}"})
        assert inspected.ok
        page.evaluate("html => { const t = document.createElement('div'); t.innerHTML = html; document.body.append(t); }",
                      inspected.text())  # fmt: skip
    page.wait_for_timeout(400)
    visitor.look()
    visitor.go(f"{editor}start/")
    visitor.send("/t/demo/schedule/resume/", form={})

    # The run, each of its steps
    visitor.go(begun["url"])
    expect(page.locator('[data-run-state="failed"], [data-run-state="succeeded"]').first).to_be_visible(timeout=40_000)
    visitor.look()
    for number in range(3, len(PAYLOADS), 4):  # those that call: request and answer hold the text
        visitor.go(f"{begun['url']}?step=s{number}")

    # The rooms, and what is typed into their addresses and boxes
    rooms = ("flows/", "runs/", "runs/attention/", "runs/many/", "schedule/", "insights/", "alerts/", "connections/",
             "catalogue/", "sandbox/", "audit/", "schedule/pause/", "alerts/settings/")  # fmt: skip
    for room in rooms:
        visitor.go(f"/t/demo/{room}")
    boxes = ("flows/?q=", "flows/jump/?q=", "catalogue/?q=", "audit/?who=", "runs/?flow=", "schedule/?zone=", "")
    for number, text in enumerate(PAYLOADS):
        visitor.go(f"/t/demo/{boxes[number % len(boxes)]}{_quoted(text)}")
    for text in PAYLOADS[::12]:
        page.goto("/t/demo/runs/")
        page.locator('.run-search [name="text"]').fill(text)
        with page.expect_navigation():
            page.locator(".run-search button").click()
        visitor.look()
    assert visitor.visited > 100


def _quoted(text: str) -> str:
    return quote(text, safe="").replace(".", "%2E")


def test_hostile_text_at_the_door(product: Product, browser: Browser) -> None:
    context = browser.new_context(base_url=product.web)
    context.add_init_script(VIOLATIONS)
    visitor = Visitor(context.new_page())
    for number, text in enumerate(PAYLOADS):
        visitor.go(f"/sign-in/?next={_quoted(text)}" if number % 2 else f"/sign-in/{_quoted(text)}/")
    visitor.page.goto(f"/sign-in/?next={_quoted('//evil.example/')}")
    assert visitor.page.locator('main [name="next"]').get_attribute("value") == "/"
    context.close()
