"""The Audit page: filters, pages, and the file."""

import csv
import io

import pytest

from helix.audit.actors import Actor, acting
from helix.audit.acts import Act
from helix.audit.chain import verify
from helix.audit.models import Entry
from helix.audit.noting import noted
from helix.teams.roles import Role
from tests.integration.security.world import World


@pytest.fixture
def many(world: World) -> World:
    with acting(Actor("user", None, "Ada Lovelace", "198.51.100.7")):
        for number in range(120):
            noted(world.team.pk, Act.PUBLISHED, kind="flow", pk=f"f{number}", name=f"Flow {number}", after="version 1")
    return world


def test_pages_go_back_to_the_first_entry(many: World) -> None:
    client, seen, address = many.client(Role.ADMIN), 0, f"/t/{many.team.slug}/audit/?who=lovelace"
    pages = 0
    while address:
        text = client.get(address).content.decode()
        seen += text.count("Ada Lovelace</span>")
        pages += 1
        older = text.partition(">Older<")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        address = older if ">Older<" in text else ""

    assert (seen, pages) == (120, 3)


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("?group=flows&text=Flow+7", "Flow 77", "Flow 88"),
        ("?text=f5", "Flow 5<", "Flow 50"),
        ("?group=keys", "sandbox", "Flow 119"),
        ("?since=2099-01-01", "No entry fits", "Flow 119"),
        ("?since=nonsense&group=nonsense&before=nonsense", "Flow 119", "No entry fits"),
        ("?until=2000-01-01", "No entry fits", "Flow 119"),
    ],
)
def test_filters(query: str, there: str, gone: str, many: World) -> None:
    text = many.client(Role.ADMIN).get(f"/t/{many.team.slug}/audit/{query}").content.decode()

    assert there in text and gone not in text


def test_the_file_holds_all_that_fits_and_no_formula(many: World, other: World) -> None:
    noted(many.team.pk, Act.PUBLISHED, kind="flow", name='=HYPERLINK("http://evil.example")', after="+1")
    noted(other.team.pk, Act.PUBLISHED, kind="flow", name="of strangers")

    answer = many.client(Role.ADMIN).post(f"/t/{many.team.slug}/audit/export/", {"group": "flows"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    assert len(rows) == Entry.objects.filter(scope=str(many.team.pk), act__startswith="flow.").count() > 120
    assert rows[0]["object_name"] == '\'=HYPERLINK("http://evil.example")' and rows[0]["after"] == "'+1"
    assert "of strangers" not in str(rows)
    assert Entry.objects.filter(scope=str(many.team.pk)).order_by("-number").first().act == Act.AUDIT_EXPORTED  # type: ignore[union-attr]
    assert list(verify(str(many.team.pk))) == []
