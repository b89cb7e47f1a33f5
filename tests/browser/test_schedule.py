"""The Schedule page in a real browser: the coming week of a flow that was just published, and a missed start made up for."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_first_flow import new_flow
from tests.browser.test_watching_runs import SAVE
from tests.build import graph

EVERY_DAY = {"key": "clock", "type": "trigger.schedule", "config": {"cron": "15 4 * * *", "timezone": "Europe/Paris"}}
HALT = {"key": "halt", "type": "logic.stop", "config": {"outcome": "succeed", "message": "Done."}}
MISS = """
INSERT INTO triggers_schedulefire (schedule_id, fire_at, outcome, note, recorded_at)
SELECT s.id, ?, 'missed', 'Helix was not running.', ? FROM triggers_schedule s
JOIN flows_flow f ON f.id = s.flow_id WHERE f.name = 'Each morning'
"""


def test_a_published_schedule_stands_in_the_week_and_a_missed_start_is_run(page: Page, product: Product) -> None:
    new_flow(page, "Each morning")
    assert page.evaluate(SAVE, graph([EVERY_DAY, HALT], ["clock>halt"])) == 200
    page.reload()
    page.locator('[data-action="publish"]').click()
    page.locator('[data-action="publish-now"]').click()
    expect(page.get_by_text(re.compile("Version 1")).first).to_be_visible()

    page.goto("/t/demo/schedule/?zone=Europe/Paris")
    page.get_by_role("link", name="The week after").click()
    planned = page.locator("[data-start=planned]", has_text="Each morning")
    expect(planned).to_have_count(7)
    expect(planned.first).to_contain_text("04:15")

    with closing(sqlite3.connect(product.data / "helix.sqlite3", timeout=10)) as database, database:
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        assert database.execute(MISS, (at.replace(tzinfo=None).isoformat(" "),) * 2).rowcount == 1
    page.goto("/t/demo/schedule/?kind=trouble")
    row = page.locator('[data-outcome="missed"]', has_text="Each morning")
    expect(row).to_contain_text("Helix was not running.")
    row.get_by_role("button", name="Run it now").click()

    expect(page.locator('[data-run-state="succeeded"]').first).to_be_visible()
    page.goto("/t/demo/schedule/")
    expect(page.locator('[data-outcome="late"]', has_text="Each morning")).to_contain_text("Begun by hand")
