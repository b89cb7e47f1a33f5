"""The chain of entries: whole after what is done, and telling when somebody has written to the database."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from helix.audit.actors import Actor, acting, actor
from helix.audit.acts import GROUPS, WORDS, Act
from helix.audit.chain import forget_old_entries, remove_old, verify
from helix.audit.models import AppendOnly, Entry, Head
from helix.audit.noting import noted
from helix.ids import new_id
from helix.teams.models import Team


@pytest.fixture
def team(db: None) -> Team:
    team = Team.objects.create(slug="demo", name="Demo")
    for number in range(1, 6):
        noted(team.pk, Act.PUBLISHED, team, after=f"version {number}")
    return team


def chain_of(team: Team) -> list[str]:
    return list(verify(str(team.pk)))


def sql(text: str, *values: str | datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def test_entries_are_numbered_and_hold_together(team: Team) -> None:
    entries = list(Entry.objects.order_by("number"))

    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in entries[1:]] == [entry.digest for entry in entries[:-1]]
    assert chain_of(team) == []


def change(team: Team) -> None:
    sql("UPDATE audit_entry SET after = 'version 9' WHERE number = 3")


def change_who(team: Team) -> None:
    sql("UPDATE audit_entry SET actor_name = 'Mallory' WHERE number = 3")


def change_when(team: Team) -> None:
    sql("UPDATE audit_entry SET at = %s WHERE number = 3", timezone.now() - timedelta(days=9))


def remove(team: Team) -> None:
    sql("DELETE FROM audit_entry WHERE number = 3")


def remove_first(team: Team) -> None:
    sql("DELETE FROM audit_entry WHERE number = 1")


def remove_last(team: Team) -> None:
    sql("DELETE FROM audit_entry WHERE number = 5")


def swap(team: Team) -> None:
    sql("UPDATE audit_entry SET number = 99 WHERE number = 3")
    sql("UPDATE audit_entry SET number = 3 WHERE number = 4")
    sql("UPDATE audit_entry SET number = 4 WHERE number = 99")


def insert(team: Team) -> None:
    last = Entry.objects.get(number=5)
    Entry(
        scope=str(team.pk), number=6, at=timezone.now(), act=Act.ERASED, actor_kind="user", previous=last.digest,
        digest="a" * 64,
    ).save()  # fmt: skip


def move_to_another_team(team: Team) -> None:
    sql("UPDATE audit_entry SET scope = 'elsewhere' WHERE number = 3")


def drop_the_head(team: Team) -> None:
    sql("DELETE FROM audit_head")


@pytest.mark.parametrize(
    "deed",
    [change, change_who, change_when, remove, remove_first, remove_last, swap, insert, move_to_another_team, drop_the_head],
)  # fmt: skip
def test_what_is_done_to_the_database_is_found(deed: Callable[[Team], None], team: Team) -> None:
    deed(team)

    found = chain_of(team)

    assert found, "nothing was noticed"
    with pytest.raises(CommandError, match="not whole"):
        call_command("audit", "verify", stdout=StringIO())


def test_newest_entries_that_were_cut_off_with_the_head_are_found_by_what_was_noted_earlier(team: Team) -> None:
    out = StringIO()
    call_command("audit", "head", team="demo", stdout=out)
    noted_earlier = out.getvalue().strip()
    assert re.fullmatch(r"demo 5:[0-9a-f]{64}", noted_earlier)
    fourth = Entry.objects.get(number=4)
    sql("DELETE FROM audit_entry WHERE number = 5")
    sql("UPDATE audit_head SET number = 4, digest = %s", fourth.digest)

    call_command("audit", "verify", team="demo", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("audit", "verify", team="demo", known=noted_earlier, stdout=StringIO())


def test_an_entry_cannot_be_changed_or_deleted_through_the_models(team: Team) -> None:
    entry = Entry.objects.get(number=2)
    entry.after = "another"

    for deed in (
        entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.filter(number=2).update(after="x"),
    ):  # fmt: skip
        with pytest.raises(AppendOnly):
            deed()
    assert chain_of(team) == []


def test_an_act_that_is_undone_leaves_no_entry_and_no_gap(team: Team) -> None:
    with transaction.atomic():
        noted(team.pk, Act.DELETED, team)
        transaction.set_rollback(True)
    noted(team.pk, Act.EXPORTED, team)

    assert list(Entry.objects.order_by("number").values_list("act", flat=True))[-2:] == [
        "flow.published",
        "flow.exported",
    ]
    assert chain_of(team) == []


def test_old_entries_go_and_the_rest_stays_whole(team: Team) -> None:
    edge = Entry.objects.get(number=4).at
    assert remove_old(str(team.pk), edge) == 3
    assert chain_of(team) == []
    assert remove_old(str(team.pk), timezone.now()) == 3  # 4, 5 and the entry about the first purge
    assert chain_of(team) == []
    assert Entry.objects.get().act == Act.AUDIT_PURGED

    noted(team.pk, Act.DELETED, team)
    sql("DELETE FROM audit_entry WHERE number = 7")
    assert chain_of(team)


def test_the_scheduler_removes_entries_a_month_at_a_time(team: Team) -> None:
    now = timezone.now()
    assert forget_old_entries(now + timedelta(days=401)) == 0
    assert forget_old_entries(now + timedelta(days=431)) == 5
    assert chain_of(team) == []


def test_another_secret_key_is_told_from_the_outside(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    old = settings.SECRET_KEY
    monkeypatch.setattr(settings, "SECRET_KEY", "another key of the tests, long enough for anybody")
    assert len(chain_of(team)) == 5

    monkeypatch.setattr(settings, "SECRET_KEY_FALLBACKS", [old])
    noted(team.pk, Act.DELETED, team)
    assert chain_of(team) == []


def test_odd_text_is_kept_as_every_database_can(team: Team) -> None:
    odd = Actor("user", new_id(), "N\0ul \ud800 half" + "x" * 400, "::1")
    with acting(odd):
        entry = noted(team.pk, Act.SHARED, name="a\0b" * 200, before="\udfff", after="y" * 9000)

    assert "\0" not in entry.actor_name + entry.object_name and len(entry.after) == 2000
    assert chain_of(team) == []


def test_who_acts_is_the_innermost_and_helix_itself_outside() -> None:
    assert actor().kind == "system"
    with acting(Actor("user", name="Ada")):
        with acting(Actor("token", name="deploy")):
            assert actor().name == "deploy"
        assert actor().name == "Ada"
    assert actor().kind == "system"


def test_every_act_has_words_and_a_place_in_the_filter() -> None:
    assert set(WORDS) == set(Act)
    beginnings = [beginning for _, found in GROUPS.values() for beginning in found]
    for act in Act:
        assert [each for each in beginnings if act == each or (each.endswith(".") and act.startswith(each))], act


def test_teams_have_chains_of_their_own(team: Team) -> None:
    other = Team.objects.create(slug="other", name="Other")
    noted(other.pk, Act.PUBLISHED, other)
    noted(None, Act.SIGN_IN_REFUSED, name="nobody@example.com")

    assert [(head.number) for head in Head.objects.order_by("number")] == [1, 1, 5]
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert out.getvalue().count("whole") == 3
