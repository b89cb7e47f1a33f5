"""Who is who: what identifies a person, and what becomes of identifiers."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.customerio.sandbox.people import People
from integrations.customerio.sandbox.seed import workspace
from tests.unit.sandbox.door import Door

IDS = st.sampled_from(["1", "2", "new", "ada.lovelace@example.com", "cio_a3000001", "x@new.example", "cio_nobody"])


def test_the_seeded_workspace_is_the_same_all_day(door: Door) -> None:
    assert workspace(1_790_000_000) == workspace(1_790_000_000 + 3_600)
    counts = door.state()["counts"]
    assert {name: counts[name] for name in ("people", "segments", "broadcasts", "newsletters", "deliveries")} == {
        "people": 40, "segments": 6, "broadcasts": 2, "newsletters": 3, "deliveries": 60,
    }  # fmt: skip


def test_a_person_is_found_by_id_email_in_any_case_and_cio_id(door: Door) -> None:
    people = door.world.people

    assert people.find("1") is people.find("ADA.Lovelace@example.com") is people.find("cio_a3000001")


def test_an_email_in_the_path_makes_a_person_without_an_id(door: Door) -> None:
    door.track("PUT", "/api/v1/customers/zoe%40example.com", {"plan": "team"})

    person = door.people()["zoe@example.com"]
    assert (person["id"], person["email"], person["attributes"]) == (None, "zoe@example.com", {"plan": "team"})


def test_ids_are_not_trimmed_so_two_is_not_two_with_a_space(door: Door) -> None:
    door.track("PUT", "/api/v1/customers/2%20", {"plan": "other"})

    assert door.people()["2"]["attributes"]["plan"] == "team"
    assert door.people()["2 "]["attributes"]["plan"] == "other"


def test_a_new_id_with_a_known_email_is_that_person_with_a_new_id(door: Door) -> None:
    door.track("PUT", "/api/v1/customers/n-1", {"email": "ada.lovelace@example.com"})

    assert len(door.people()) == 40
    assert door.people()["n-1"]["cio_id"] == "a3000001"


def test_an_email_of_somebody_else_is_not_taken_and_the_failure_is_noted(door: Door) -> None:
    said = door.track("PUT", "/api/v1/customers/2", {"email": "ada.lovelace@example.com", "city": "Paris"})

    assert (said.status, said.json) == (200, {})
    assert door.people()["2"]["email"] == "grace.lovelace@example.com"
    assert door.people()["2"]["attributes"]["city"] == "Paris"
    assert "belongs to someone else" in door.state()["invalid"][0]["reason"]


def test_an_empty_attribute_is_removed(door: Door) -> None:
    door.track("PUT", "/api/v1/customers/1", {"plan": "", "name": None})

    assert door.people()["1"]["attributes"].keys() == {"created_at", "inactive"}


def test_update_only_makes_nobody(door: Door) -> None:
    assert door.track("PUT", "/api/v1/customers/ghost", {"_update": True}).status == 200
    assert "ghost" not in door.people()


def test_suppressing_deletes_and_blocks_every_identifier_until_it_is_lifted(door: Door) -> None:
    door.track("POST", "/api/v1/customers/1/suppress")
    door.track("PUT", "/api/v1/customers/1", {"plan": "x"})
    door.track("PUT", "/api/v1/customers/other", {"email": "ada.lovelace@example.com"})
    door.cdp("track", {"userId": "1", "event": "bought"})

    assert {"1", "other"} & door.people().keys() == set()
    assert door.state()["suppressed"] == ["ada.lovelace@example.com", "1"]
    assert door.state()["events"] == []

    door.track("POST", "/api/v1/customers/ada.lovelace%40example.com/unsuppress")
    door.track("PUT", "/api/v1/customers/1", {"plan": "x"})
    assert door.state()["suppressed"] == []
    assert door.people()["1"]["attributes"] == {"plan": "x"}


def test_suppressing_nobody_is_fine_and_blocks_the_identifier(door: Door) -> None:
    assert door.track("POST", "/api/v1/customers/a%2Fb%20%C3%BC/suppress").status == 200
    assert door.state()["suppressed"] == ["a/b ü"]


def test_a_merge_keeps_the_primary_and_a_second_one_fails(door: Door) -> None:
    body = {"primary": {"id": "1"}, "secondary": {"email": "grace.lovelace@example.com"}}
    door.track("PUT", "/api/v1/customers/2", {"city": "Paris"})

    first, second = (door.track("POST", "/api/v1/merge_customers", body) for _ in range(2))

    assert (first.status, second.status) == (200, 400)
    assert door.people()["1"]["attributes"]["city"] == "Paris"
    assert "2" not in door.people()


def test_ids_of_deleted_people_are_not_given_again(door: Door) -> None:
    door.track("DELETE", "/api/v1/customers/40")
    door.track("PUT", "/api/v1/customers/41", {})

    assert door.people()["41"]["cio_id"] == "a3000029"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["upsert", "forget", "suppress", "unsuppress", "merge"]),
            IDS,
            IDS,
        ),
        max_size=12,
    )
)
def test_the_indexes_always_agree_with_the_people(acts: list[tuple[str, str, str]]) -> None:
    data: dict[str, Any] = workspace(1_790_000_000)
    people = People(data)

    for act, name, other in acts:
        who, second = people.find(name), people.find(other)
        if act == "upsert":
            people.upsert(name, {"email": other} if "@" in other else {"plan": other})
        elif act == "merge" and who and second and who is not second:
            people.merge(who, second)
        elif act == "forget" and who:
            people.forget(who)
        elif act in ("suppress", "unsuppress"):
            getattr(people, act)(name)

    afresh = People(data)
    assert (people._by_id, people._by_email) == (afresh._by_id, afresh._by_email)
    assert len(afresh._by_id) == sum(who["id"] is not None for who in data["people"].values())
    assert not any(who["id"] in data["suppressed"] for who in data["people"].values())
