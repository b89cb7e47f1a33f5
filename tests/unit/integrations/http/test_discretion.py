"""Keys that were typed into an HTTP request: found by their name, and blotted out before anything is stored."""

import pytest

from integrations.http.discretion import discreet, is_secretive, secrets_of

SECRET = "sk_live_12345678"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "X-Api-Key",
        "api_key",
        "apikey",
        "Cookie",
        "X-Auth-Token",
        "access_token",
        "password",
        "key",
        "X-Key",
    ],
)
def test_names_of_keys_are_known(name: str) -> None:
    assert is_secretive(name)


@pytest.mark.parametrize(
    "name", ["Accept", "author", "authors", "author_id", "page_token", "nextToken", "keyword", "monkey", ""]
)
def test_other_names_are_left_alone(name: str) -> None:
    assert not is_secretive(name)


def test_keys_in_headers_query_and_address_are_blotted_out() -> None:
    given = {
        "url": f"https://api.example.com/orders?page=2&api_key={SECRET}#part",
        "headers": {"X-Api-Key": SECRET, "Accept": "text/plain", "Cookie": {"$liquid": "{{ trigger.cookie }}"}},
        "query": {"token": SECRET, "q": "shoes"},
        "method": "GET",
    }

    seen = discreet(given)

    assert SECRET not in repr(seen)
    assert "trigger.cookie" not in repr(seen)
    assert seen["headers"]["Accept"] == "text/plain"
    assert seen["query"]["q"] == "shoes"
    assert seen["url"] == "https://api.example.com/orders?page=2&api_key=•••#part"
    assert given["headers"] == {
        "X-Api-Key": SECRET,
        "Accept": "text/plain",
        "Cookie": {"$liquid": "{{ trigger.cookie }}"},
    }
    assert SECRET in set(secrets_of(given))


@pytest.mark.parametrize("given", [{}, {"headers": None, "query": [1], "url": 7}, {"headers": {"X-Api-Key": ""}}])
def test_settings_of_any_shape_pass_through(given: dict[str, object]) -> None:
    assert discreet(given) == given
    assert list(secrets_of(given)) == []


def test_a_bearer_is_known_without_its_scheme() -> None:
    assert set(secrets_of({"headers": {"Authorization": f"Bearer {SECRET}"}})) == {f"Bearer {SECRET}", SECRET}
