"""Browsers and addresses in words, and a QR code as one path."""

import pytest

from helix.teams.browsers import browser_in_words
from helix.teams.second_factor import qr_path
from helix.teams.sessions import address_in_words

AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36": ("Chrome on Windows", False),
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36 Edg/129.0": ("Edge on Windows", False),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15": ("Safari on macOS", False),
    "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0": ("Firefox on Linux", False),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/129.0 Mobile/15E148 Safari/604.1": ("Chrome on iPhone", True),
    "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36": ("Samsung Internet on Android", True),
    "curl/8.5.0": ("An unknown browser", False),
    "python-httpx/0.28 (Linux)": ("A program on Linux", False),
    "": ("An unknown browser", False),
}  # fmt: skip


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_a_browser_in_words(agent: str, words: tuple[str, bool]) -> None:
    assert browser_in_words(agent) == words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "this server’s own machine"), ("::1", "this server’s own machine"), ("10.1.2.3", "local network, 10.1.2.3"),
        ("fe80::1", "local network, fe80::1"), ("8.8.8.8", "8.8.8.8"), ("2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("0.0.0.0", "unknown address"), ("", "unknown address"), ("nowhere", "unknown address"),
    ],
)  # fmt: skip
def test_an_address_in_words(address: str, words: str) -> None:
    assert address_in_words(address) == words


def test_a_qr_code_is_a_square_of_squares() -> None:
    side, path = qr_path("otpauth://totp/ada@ours.example?secret=ABC&issuer=Helix")

    assert side in {4 * version + 17 + 4 for version in range(1, 41)}
    assert path.count("M") > 100
    assert path.startswith("M2 2h1v1h-1z")  # the corner of the first finder, two squares of quiet around it
