"""Whom data are about."""

from typing import Any

import pytest

from helix.engine.persons import persons_in, search_of


@pytest.mark.parametrize(
    ("data", "people"),
    [
        ({"id": 7, "plan": "pro"}, {"7"}),
        ({"email": "Ada@Example.com"}, {"Ada@Example.com"}),
        ({"userId": "u1", "user_id": "u2", "cio_id": "c", "customer_id": "k"}, {"u1", "u2", "c", "k"}),
        ({"note": "write to ada@example.com, please"}, {"ada@example.com"}),
        ({"identifiers": {"id": "x"}}, {"x"}),
        ({"segment": {"id": 7}}, set()),
        ({"people": [{"id": 1}, {"id": 2}], "count": 2}, {"1", "2"}),
        ({"recipients": ["u1", "u2"]}, {"u1", "u2"}),
        ({"rows": [{"id": "r1", "email": "a@b.example"}]}, {"r1", "a@b.example"}),
        ({"userId": None, "email": "", "person": True}, set()),
        ({"n": 3, "list": [1, 2], "nothing": None}, set()),
    ],
)
def test_people_are_found_in_a_payload(data: Any, people: set[str]) -> None:
    assert persons_in(data, payload=True) == people


def test_a_bare_id_is_a_persons_only_at_the_top_of_a_payload() -> None:
    assert persons_in({"id": 7}) == set()


@pytest.mark.parametrize(
    ("person", "text", "found"),
    [
        ("ada@x.example", '{"email":"ADA@x.example"}', True),
        ("ada@x.example", '"text":"ada@x.example,1\\nbob"', True),
        ("ada@x.example", '{"email":"bada@x.example"}', False),
        ("ada@x.example", '{"email":"ada@x.example.com"}', False),
        ("7", '{"id":7,"n":1}', True),
        ("7", '{"id": "7"}', True),
        ("7", '{"id":77,"count":7}', False),
        ("member-7", '["member-6","member-7"]', True),
        ("member-7", '["member-77"]', False),
        ("a.b", '{"id":"axb"}', False),
    ],
)
def test_a_search_finds_the_person_and_nobody_else(person: str, text: str, found: bool) -> None:
    assert bool(search_of(person).search(text)) is found


@pytest.mark.parametrize("text", ["@" + "a" * 100_000, "a@" * 50_000, "a." * 50_000 + "@", "a@" + "b." * 50_000])
def test_no_text_makes_the_search_for_addresses_endless(text: str) -> None:
    assert len(persons_in({"note": text}, payload=True)) <= 1  # quadratic work would take minutes
