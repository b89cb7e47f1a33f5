"""The MCP server in the real web process, called by the SDK's own client: tools by role, actions, flows, confirmation."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.fakes.furnished import MAKE
from tests.fakes.installation import ROOT, Installation, installation
from tests.fakes.sandbox import SandboxProcess


@dataclass
class Agents:
    apart: Installation
    url: str
    made: dict[str, str]

    def do(self, role: str, name: str = "", arguments: dict[str, Any] | None = None) -> Any:
        """The names of the role's tools, or what the tool answered."""

        async def talk() -> Any:
            headers = {"Authorization": f"Bearer {self.made[role]}"}
            async with (
                httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
                Client(streamable_http_client(self.url + "/mcp", http_client=http)) as client,
            ):
                if name:
                    return await client.call_tool(name, arguments or {})
                return {tool.name: tool for tool in (await client.list_tools()).tools}

        return asyncio.run(talk())


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory, sandbox_process: SandboxProcess) -> Iterator[Agents]:
    sandbox_process.reset()
    with installation(Path(tmp_path_factory.mktemp("mcp")), HELIX_SANDBOX_URL=sandbox_process.url) as apart:
        made = apart.run(MAKE)
        yield Agents(apart, apart.serve(), made)


def test_a_role_sees_the_tools_it_reaches(agents: Agents) -> None:
    seen: dict[str, dict[str, types.Tool]] = {role: agents.do(role) for role in ("viewer", "operator", "editor")}

    assert all(tool.annotations and tool.annotations.read_only_hint for tool in seen["viewer"].values())
    assert "check_graph" in seen["viewer"] and "read_run" not in seen["viewer"]
    assert "customerio_get_segments" in seen["operator"] and "customerio_track_event" not in seen["operator"]
    assert len([name for name in seen["editor"] if name.startswith("customerio_")]) == 24
    assert "confirm" in seen["editor"]["customerio_trigger_broadcast"].input_schema["required"]
    assert seen["editor"]["customerio_get_segments"].input_schema["properties"]["connection"]["enum"] == ["sandbox"]


def test_an_action_goes_through_a_connection_of_the_team(agents: Agents, sandbox: SandboxProcess) -> None:
    read = agents.do("operator", "customerio_get_segments", {"connection": "sandbox"})
    assert read.structured_content["segments"]
    assert not read.is_error

    person = {"connection": "sandbox", "userId": "ada@example.com", "event": "by agent"}
    assert not agents.do("editor", "customerio_track_event", person).is_error
    assert sandbox.requests()[-1]["body"]["event"] == "by agent"
    assert agents.do("viewer", "customerio_track_event", person).structured_content["error"]["code"] == "no_tool"
    gone = agents.do("editor", "customerio_track_event", {**person, "connection": "other"})
    assert gone.structured_content["error"]["code"] == "missing_connection"


def test_what_cannot_be_undone_needs_a_yes(agents: Agents, sandbox: SandboxProcess) -> None:
    order = {"connection": "sandbox", "identifier": "ada@example.com"}
    name = "customerio_customer_io_suppress_person"

    refused = agents.do("editor", name, order)
    assert (refused.is_error, refused.structured_content["error"]["code"]) == (True, "not_confirmed")
    assert agents.do("editor", name, {**order, "confirm": "true"}).is_error
    assert sandbox.requests() == []
    done = agents.do("editor", name, {**order, "confirm": True})
    assert not done.is_error, done
    assert len(sandbox.requests()) == 1


def test_a_flow_that_sends_to_many_needs_a_yes_by_either_tool(agents: Agents, sandbox: SandboxProcess) -> None:
    name = next(name for name in agents.do("operator") if name.startswith("flow_write_to_all"))
    order = {"flow": agents.made["to_all"], "input": {}}

    for tool, given in ((name, {}), ("start_run", order)):
        refused = agents.do("operator", tool, given)
        assert (refused.is_error, refused.structured_content["error"]["code"]) == (True, "not_confirmed")
        assert "Send to all" in refused.structured_content["error"]["message"]
        assert not agents.do("operator", tool, {**given, "confirm": True}).is_error
    assert len(agents.do("viewer", "list_runs", {"flow": agents.made["to_all"]}).structured_content["items"]) == 2


def test_flows_are_checked_run_and_looked_into(agents: Agents, sandbox: SandboxProcess) -> None:
    name, tool = next((name, tool) for name, tool in agents.do("operator").items() if name.startswith("flow_greet"))
    assert tool.input_schema["required"] == ["email"]
    bad = agents.do("operator", name, {})
    assert bad.structured_content["error"]["code"] == "bad_input"

    order = {"flow": agents.made["flow"], "input": {"email": "ada@example.com"}, "idempotency_key": "one"}
    begun = agents.do("operator", "start_run", order).structured_content
    assert agents.do("operator", "start_run", order).structured_content["id"] == begun["id"]
    agents.apart.run("from helix.engine.perform import work; work()")
    assert agents.do("operator", "read_run", {"run": begun["id"]}).structured_content["state"] == "succeeded"
    assert agents.do("viewer", "list_runs").structured_content["items"][0]["id"] == begun["id"]
    assert agents.do("viewer", "check_graph", {"graph": {}}).structured_content


@pytest.mark.parametrize("value", [1, "\x00", "\ud800", {"a": [[]] * 3}, None])
def test_hostile_arguments_get_a_sentence(value: Any, agents: Agents) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "read_flow", "arguments": {"flow": value}}}  # fmt: skip
    status, answer = post(agents, json.dumps(body).encode())
    assert status < 500 and (status >= 400 or "error" in answer)


def test_strangers_and_foreign_pages_stay_outside(agents: Agents) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).encode()
    assert post(agents, body, Authorization="Bearer hlx_wrong")[0] == 401
    assert post(agents, body, Origin="https://evil.example")[0] == 403
    assert post(agents, body, Host="evil.example")[0] == 403
    assert post(agents, b" " * 2_100_000)[0] == 413
    assert post(agents, b"[" * 100_000)[0] == 400


def post(agents: Agents, body: bytes, **more: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {agents.made['owner']}", "Content-Type": "application/json",
               "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18", **more}  # fmt: skip
    with httpx2.Client(trust_env=False, timeout=30) as http:
        answer = http.post(agents.url + "/mcp", content=body, headers=headers)
        return answer.status_code, answer.text


def test_the_example_of_the_manual_runs(agents: Agents, sandbox: SandboxProcess) -> None:
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs/mcp.md").read_text(), re.DOTALL)
    assert found
    environment = {**os.environ, "URL": agents.url, "TOKEN": agents.made["operator"]}
    done = subprocess.run(
        [sys.executable, "-c", found[1]], env=environment, capture_output=True, text=True, check=False
    )
    assert "tools" in done.stdout and "segments" in done.stdout, done.stderr
