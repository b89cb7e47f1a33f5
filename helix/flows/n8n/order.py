"""The picture of a workflow: in which order its nodes run, and which stand inside of a loop."""

from collections import deque

from helix.flows.n8n.reading import Link, Workflow

LOOP = "splitInBatches"


class Picture:
    """Links without the ways back of loops; other circles stay, and the check refuses them."""

    def __init__(self, workflow: Workflow) -> None:
        self._nodes = workflow.nodes
        self._bodies: dict[str, frozenset[str]] = {}
        leaving = _by_source(workflow.links)
        for name, node in workflow.nodes.items():
            if node.type == LOOP and not node.disabled:
                each = 1 if node.version >= 3 else 0
                starts = [link.target for link in leaving.get(name, ()) if link.output == each and link.target != name]
                self._bodies[name] = frozenset(_reached(starts, leaving, name))
        self.drawn = tuple(link for link in workflow.links if not self._is_way_back(link))
        self._after = _by_source(self.drawn)
        self._before: dict[str, list[Link]] = {}
        for link in self.drawn:
            self._before.setdefault(link.target, []).append(link)
        self.order = self._ordered()

    def before(self, name: str) -> list[Link]:
        """The links that lead to a node."""
        return self._before.get(name, [])

    def after(self, name: str) -> list[Link]:
        """The links that leave a node."""
        return self._after.get(name, [])

    def loops_around(self, name: str) -> list[str]:
        """The loops in whose body a node stands."""
        return [loop for loop, body in self._bodies.items() if name in body]

    def _is_way_back(self, link: Link) -> bool:
        return link.target in self._bodies and (link.source in self._bodies[link.target] or link.source == link.target)

    def _ordered(self) -> list[str]:
        """Each node after those that lead to it; nodes on a circle come last, as in the file."""
        open_links = {name: len({link.source for link in self.before(name)}) for name in self._nodes}
        ready = deque(name for name in self._nodes if not open_links[name])
        found: list[str] = []
        while ready:
            name = ready.popleft()
            found.append(name)
            for target in dict.fromkeys(link.target for link in self.after(name)):
                open_links[target] -= 1
                if not open_links[target]:
                    ready.append(target)
        done = set(found)
        return [*found, *(name for name in self._nodes if name not in done)]


def _by_source(links: tuple[Link, ...]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(link.source, []).append(link)
    return found


def _reached(starts: list[str], leaving: dict[str, list[Link]], stop: str) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name in found or name == stop:
            continue
        found.add(name)
        waiting.extend(link.target for link in leaving.get(name, ()))
    return found
