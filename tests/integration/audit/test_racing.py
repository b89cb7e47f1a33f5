"""Many threads of a real installation note at once, some of them change their mind: one chain, whole, without a gap."""

import os
from pathlib import Path

from tests.fakes.installation import installation

RACE = """
import json
from concurrent.futures import ThreadPoolExecutor
from django.db import connections, transaction
from helix.audit.acts import Act
from helix.audit.chain import verify
from helix.audit.models import Entry
from helix.audit.noting import noted
from helix.teams.models import Team
team = Team.objects.create(slug="race", name="Race")

def note(number):
    try:
        with transaction.atomic():
            noted(team.pk, Act.PUBLISHED, team, after=str(number))
            if number % 5 == 0:
                transaction.set_rollback(True)
    finally:
        connections.close_all()

with ThreadPoolExecutor(8) as threads:
    list(threads.map(note, range(200)))
numbers = list(Entry.objects.filter(scope=str(team.pk)).order_by("number").values_list("number", flat=True))
print(json.dumps({"entries": len(numbers), "gaps": numbers != list(range(1, len(numbers) + 1)),
                  "wrong": list(verify(str(team.pk)))}))
"""


def test_acts_at_the_same_moment_make_one_whole_chain(tmp_path: Path) -> None:
    with installation(tmp_path, os.environ.get("HELIX_TEST_DATABASE_URL", "")) as apart:
        found = apart.run(RACE)

    assert found == {"entries": 160, "gaps": False, "wrong": []}
