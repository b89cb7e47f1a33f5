"""`python -m tests.bench.editor`: the editor in headless Chromium, against the whole product: opening, dragging, panning, typing, weight."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import brotli
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from helix.up.ports import any_free
from tests.bench.browsing import NO_FRAMES, RECORDER, launched
from tests.bench.check import percentile, realistic
from tests.bench.measure import Figure
from tests.rig.installation import wait_until
from tests.rig.process import start

SIZES = (150, 500)
LOADS = 5
MOVES = 120
"""Mouse moves of one gesture: about three seconds."""
LETTERS = "typing is never late here, whatever the flow is like"
GOALS: Mapping[str, tuple[float, str]] = {
    "editor.150.interactive": (1500, "ms"),
    "editor.500.interactive": (3000, "ms"),
    "editor.150.drag.p95": (33.4, "ms"),
    "editor.150.pan.p95": (33.4, "ms"),
    "editor.150.field.p95": (50, "ms"),
    "editor.150.keys.p95": (50, "ms"),
    "editor.weight": (250, "KB"),
    "editor.reports": (0, "reports"),
}
"""What each figure should be at most. A frame of 30 a second lasts 33.3 ms; the clock of a page is rounded to 0.1 ms."""
SAVE = """async ([graph, base]) => {
  const token = document.querySelector('meta[name=csrf-token]').content;
  const body = JSON.stringify({ graph, base_revision: base });
  return (await fetch('draft/', { method: 'PUT', headers: { 'X-CSRFToken': token }, body })).status;
}"""


class Keeps(Protocol):
    """What a sitting can do with a figure."""

    def add(self, *figures: Any) -> None: ...


@dataclass
class Visit:
    """A signed-in browser at a running product, and what its pages reported."""

    browser: Browser
    web: str
    state: Any
    reports: list[str] = field(default_factory=list)

    @contextmanager
    def page(self) -> Iterator[Page]:
        """A page with an empty cache; the violations of its policy are kept."""
        context = self.browser.new_context(
            storage_state=self.state, base_url=self.web, viewport={"width": 1440, "height": 900}
        )
        context.add_init_script(RECORDER)
        page = context.new_page()
        yield page
        self.reports += page.evaluate("window.bench.reports")
        context.close()


@contextmanager
def visit() -> Iterator[Visit]:
    """The product as `manage.py up` starts it, in a folder that goes away, and Chromium in front of it."""
    with tempfile.TemporaryDirectory(prefix="helix-editor-", ignore_cleanup_errors=True) as folder:
        data = Path(folder)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("HELIX_", "DJANGO_", "DATABASE_", "REDIS_"))}
        environment = clean | {"HELIX_DATA_DIR": folder, "PYTHONUNBUFFERED": "1"}
        up = start("up", [sys.executable, "manage.py", "up", "--port", any_free()], data / "up.log", environment)
        try:

            def link() -> re.Match[str] | None:
                return re.search(r"https?://\S+/sign-in/\S+", up.log.read_text(errors="replace"))

            wait_until(link, 60, f"Helix prints its sign-in link in {up.log}")
            web = json.loads((data / "up.json").read_text())["web"]
            with sync_playwright() as playwright, launched(playwright) as browser:
                context = browser.new_context()
                found = link()
                assert found is not None
                _sign_in(context, found.group())
                yield Visit(browser, web, context.storage_state())
        finally:
            up.stop()


def _sign_in(context: BrowserContext, link: str) -> None:
    page = context.new_page()
    page.goto(link)
    page.wait_for_url(re.compile("/t/demo/flows/"))
    page.wait_for_timeout(400)  # the example runs begin; they end while the flows are made


def made(visit: Visit, size: int) -> str:
    """A realistic flow of so many steps; its address."""
    graph = json.loads(json.dumps(realistic(size)).replace('"production"', '"sandbox"'))
    with visit.page() as page:
        page.goto("/t/demo/flows/")
        page.locator('[data-opens="new-flow"]').first.click()
        page.locator("#new-name").fill(f"{size} steps")
        page.get_by_role("button", name="Open the editor").click()
        page.locator("[data-canvas][data-ready]").wait_for()
        status = page.evaluate(SAVE, [graph, 1])
        if status != 200:
            raise RuntimeError(f"the draft of {size} steps was answered with {status}")
        return page.url


def interactive(visit: Visit, url: str, size: int) -> list[float]:
    """Milliseconds from the beginning of a navigation with an empty cache until the canvas is drawn and the page is at rest."""
    found = []
    for number in range(LOADS + 1):
        with visit.page() as page:
            page.goto(url, wait_until="commit")
            took = page.evaluate("() => window.bench.interactive")
            if number:  # the first one warms the server up
                found.append(took)
            drawn = page.locator("[data-node]").count()
            if not 0 < drawn <= size:
                raise RuntimeError(f"{drawn} cards were drawn, which can not be")
    return found


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate("() => window.bench.interactive")


def frames(page: Page, move: Callable[[int], None]) -> list[float]:
    """Intervals between animation frames, in milliseconds, while something is moved."""
    page.evaluate("window.bench.frames.start()")
    for number in range(MOVES):
        move(number)
    found: list[float] = page.evaluate("window.bench.frames.stop()")
    if len(found) < NO_FRAMES:
        raise RuntimeError(f"only {len(found)} frames were drawn")
    return found


def dragging(page: Page) -> list[float]:
    """A step is dragged in wide curves."""
    card = page.locator('[data-node="identify_0"]')
    box = card.bounding_box()
    assert box is not None
    x, y = box["x"] + 60, box["y"] + 30
    before = card.evaluate("card => card.style.transform")
    page.mouse.move(x, y)
    page.mouse.down()
    found = frames(page, lambda n: page.mouse.move(x + 200 * _wave(n), y + 120 * _wave(n + 30)))
    if card.evaluate("card => card.style.transform") == before:
        raise RuntimeError("the step did not move")
    page.mouse.up()
    return found


def panning(page: Page) -> list[float]:
    """The canvas is pulled about by its empty ground, the whole flow in view and then close."""
    ground = page.locator(".react-flow__pane").bounding_box()
    assert ground is not None
    x, y = ground["x"] + 30, ground["y"] + ground["height"] / 2
    view = ".react-flow__viewport"
    before = page.locator(view).evaluate("view => view.style.transform")
    page.mouse.move(x, y)
    page.mouse.down()
    found = frames(page, lambda n: page.mouse.move(x + 150 * abs(_wave(n)), y + 250 * _wave(n)))
    if page.locator(view).evaluate("view => view.style.transform") == before:
        raise RuntimeError("the canvas did not move")
    page.mouse.up()
    return found


def _wave(number: int) -> float:
    """From -1 to 1 and back, every 60 moves."""
    turn = number % 60 / 30
    return 1 - abs(turn - 1) * 2


def typing(page: Page) -> list[float]:
    """Milliseconds from each letter typed into a field of the settings to the paint that shows it."""
    page.locator('[data-node="identify_0"]').click()
    control = page.locator(
        '[data-inspector] [data-form="identify_0"] [data-action="rename"], [data-inspector] input.step-name'
    )
    control = control.or_(page.locator('[data-inspector] input[type="text"]')).locator("visible=true").first
    control.click()
    page.evaluate("window.bench.paints.start('input')")
    page.keyboard.type(LETTERS, delay=60)
    found: list[float] = page.evaluate("window.bench.paints.stop()")
    return found


def walking(page: Page) -> list[float]:
    """Milliseconds from a key on the canvas (walk, then move the step) to the next paint."""
    page.locator('[data-node="clean_0"]').click()
    page.evaluate("window.bench.paints.start('keydown')")
    for key in ["ArrowDown", "ArrowUp"] * 8 + ["Alt+ArrowRight"] * 20:
        page.keyboard.press(key, delay=10)
        page.wait_for_timeout(50)
    found: list[float] = page.evaluate("window.bench.paints.stop()")
    return found


def weight(visit: Visit, url: str) -> tuple[float, float]:
    """KB of scripts as this server sent them at opening; and of all modules of the editor with the library, as production sends them."""
    with visit.page() as page:
        opened(page, url)
        sent = page.evaluate("window.bench.sent()")
    static = Path(__file__).parents[2] / "static"
    scripts = [*static.glob("editor/*.js"), *static.glob("vendor/xyflow-react-*.js")]
    packed = sum(len(brotli.compress(script.read_bytes(), quality=11)) for script in scripts)
    return sent / 1000, packed / 1000


def editor_bench() -> list[Figure]:
    """All figures of the editor; `how` says the machine's load while each was taken."""
    figures: list[Figure] = []

    def add(name: str, values: list[float], what: str) -> None:
        load = f"load {os.getloadavg()[0]:.1f}"
        if name.endswith("interactive"):
            figures.append(Figure(name, round(median(values)), "ms", f"{what}, median of {len(values)}, {load}"))
            return
        for share in (50, 95):
            how = f"{what}, n={len(values)}, worst {max(values):.0f}, {load}"
            figures.append(Figure(f"{name}.p{share}", round(percentile(values, share), 1), "ms", how))

    with visit() as here:
        urls = {size: made(here, size) for size in SIZES}
        for size, url in urls.items():
            add(
                f"editor.{size}.interactive",
                interactive(here, url, size),
                f"empty cache to a canvas at rest, {size} steps",
            )
        for name, gesture, what in (
            ("drag", dragging, "frames while a step is dragged"),
            ("pan", panning, "frames while the canvas is panned"),
            ("field", typing, "a letter in a field of the settings to its paint"),
            ("keys", walking, "a key on the canvas to its paint"),
        ):
            with here.page() as page:
                opened(page, urls[150])
                add(f"editor.150.{name}", gesture(page), what)
        sent, packed = weight(here, urls[150])
        how = "scripts of the editor with the library"
        figures.append(Figure("editor.weight", round(packed, 1), "KB", f"{how}, all of them, each as brotli has it"))
        figures.append(Figure("editor.sent", round(sent, 1), "KB", f"{how}, as this server sent them"))
        told = "; ".join(sorted(set(here.reports)))
        figures.append(
            Figure("editor.reports", len(here.reports), "reports", f"violations of the page's policy {told}")
        )
    return figures


def table(figures: list[Figure]) -> str:
    """The figures beside their goals."""
    lines = [f"{'figure':<26} {'value':>9} {'goal':>16}  how"]
    for one in figures:
        goal = GOALS.get(one.name)
        words = f"<= {goal[0]:g}: {'yes' if one.value <= goal[0] else 'NO'}" if goal else ""
        lines.append(f"{one.name:<26} {one.value:>9,.1f} {words:>16}  {one.how}")
    return "\n".join(lines)


def bench(sitting: Keeps) -> None:
    """Adds the figures to a sitting of all benches."""
    figures = editor_bench()
    sitting.add(*figures)
    print("\n" + table(figures), flush=True)


if __name__ == "__main__":
    print(table(editor_bench()))
