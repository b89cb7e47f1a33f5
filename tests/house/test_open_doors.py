"""The one address that takes a POST without a CSRF token."""

from django.urls import URLPattern, URLResolver, get_resolver


def views(patterns: list[URLPattern | URLResolver], place: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for pattern in patterns:
        at = f"{place}{pattern.pattern}"
        found += views(pattern.url_patterns, at) if isinstance(pattern, URLResolver) else [(at, pattern.callback)]
    return found


def test_only_the_intake_and_the_api_take_posts_without_a_csrf_token() -> None:
    exempt = {at for at, view in views(get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)}

    assert {at for at in exempt if not at.startswith("api/v1/")} == {"h/<slug:team>/<str:path>"}
