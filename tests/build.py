"""Builders that tests of several rooms share: graphs in short, and the cast."""

import json
from typing import Any

from helix.teams.models import Member, Team, User
from helix.teams.roles import Role


def edge(short: str) -> dict[str, str]:
    """`a>b` or `a:yes>b` as an edge."""
    source, target = short.split(">")
    key, _, port = source.partition(":")
    return {"source": key, "port": port or "next", "target": target}


def graph(nodes: list[dict[str, Any]], edges: list[str]) -> dict[str, Any]:
    """A graph of format 1. A node needs `key` and `type`; Customer.io steps use the connection “sandbox” unless they say otherwise."""
    full = []
    for number, node in enumerate(nodes):
        made = {"name": node["key"], "config": {}, "position": {"x": 0, "y": 140 * number}, **node}
        if made["type"].startswith("customerio."):
            made.setdefault("connection", "sandbox")
        full.append(made)
    return {"format": 1, "nodes": full, "edges": [edge(short) for short in edges], "notes": []}


def graph_text(nodes: list[dict[str, Any]], edges: list[str]) -> str:
    return json.dumps(graph(nodes, edges))


def cast(slug: str = "demo") -> tuple[Team, dict[str, User]]:
    """A team with Alice (owner), Bob (editor), Olga (operator) and Carol (viewer); Mallory is from elsewhere."""
    team = Team.objects.create(slug=slug, name=f"Team {slug}")
    people = {}
    for name, role in (("alice", Role.OWNER), ("bob", Role.EDITOR), ("olga", Role.OPERATOR), ("carol", Role.VIEWER)):
        people[name] = User.objects.create_user(f"{name}@{slug}.example", name=name.title())
        Member.objects.create(team=team, user=people[name], role=role)
    people["mallory"] = User.objects.create_user(f"mallory@{slug}.example", name="Mallory")
    elsewhere = Team.objects.create(slug=f"{slug}-elsewhere", name="Elsewhere")
    Member.objects.create(team=elsewhere, user=people["mallory"], role=Role.OWNER)
    return team, people
