"""The far side of the wire, as a stranger sees it: the sandbox's log of requests, read along before it forgets."""

import json
from typing import Any

import httpx

UNDER_WAY = 64
"""Requests that may still be without an answer; what is older and has none was broken off."""


class FarSide:
    """Every request that the sandbox received since this object was made."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/_sandbox", trust_env=False, timeout=10)
        self._seen = 0
        self._requests: dict[int, dict[str, Any]] = {}

    def settings(self, **settings: Any) -> None:
        self._client.put("/settings", json=settings).raise_for_status()

    def faults(self, *faults: dict[str, Any]) -> None:
        """The faults that come next, in place of those that did not come yet."""
        self._client.put("/faults", json=list(faults)).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        """All so far. Those without an answer yet are read again."""
        answer = self._client.get("/requests", params={"since": self._seen}).raise_for_status().json()
        for request in answer["requests"]:
            self._requests[request["n"]] = {**request, "text": json.dumps(request["body"])}
        newest = range(max(self._requests, default=0), max(self._seen, 0), -1)
        open_ones = [n for n in newest[:UNDER_WAY] if n in self._requests and self._requests[n]["answer"] is None]
        self._seen = min([*open_ones, answer["next"] + 1]) - 1
        return [self._requests[number] for number in sorted(self._requests)]

    def close(self) -> None:
        self._client.close()
