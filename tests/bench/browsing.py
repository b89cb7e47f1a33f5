"""Chromium for measurements, and the recorder that runs in its pages: when they came to rest, their frames, their paints."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright

NO_FRAMES = 20
"""So few frames are no measurement."""

RECORDER = """
window.bench = { reports: [], interactive: null };
document.addEventListener('securitypolicyviolation', (event) =>
  window.bench.reports.push(`${event.violatedDirective} ${event.blockedURI}`));
{
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const rest = () => new Promise((done) => requestIdleCallback(done));
  const watch = async () => {
    while (!document.querySelector('[data-canvas][data-ready] [data-node]')) await frame();
    await frame();
    await frame();
    await rest();
    return performance.now();
  };
  window.bench.interactive = watch();

  let running = false;
  let times = [];
  window.bench.frames = {
    start() {
      running = true;
      times = [];
      const next = (now) => {
        times.push(now);
        if (running) requestAnimationFrame(next);
      };
      requestAnimationFrame(next);
    },
    stop() {
      running = false;
      return times.slice(1).map((time, at) => time - times[at]).slice(1);
    },
  };

  let paints = [];
  let asked = null;
  const heard = (event) => {
    const from = event.timeStamp;
    // What runs in the task after a frame's callbacks runs when that frame was drawn.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => paints.push(performance.now() - from);
      port2.postMessage(null);
    });
  };
  window.bench.paints = {
    start(name) {
      paints = [];
      asked = name;
      addEventListener(name, heard, { capture: true });
    },
    stop() {
      removeEventListener(asked, heard, { capture: true });
      return paints;
    },
  };

  window.bench.sent = () =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => /\\/static\\/(editor|vendor)\\/.*\\.js$/.test(name) && !/htmx|hx-/.test(name))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
}
"""


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium when it is there, else Playwright's own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    browser = playwright.chromium.launch(
        executable_path=found,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
    )
    yield browser
    browser.close()
