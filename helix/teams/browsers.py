"""What a browser calls itself, in words. Pure."""

import re

SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    (r"\bEdg(?:e|A|iOS)?/", "Edge"), (r"\bOPR/|\bOpera\b", "Opera"), (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\bSamsungBrowser/", "Samsung Internet"), (r"\bHeadlessChrome/|\bChrome/|\bCriOS/", "Chrome"), (r"\bSafari/", "Safari"),
)  # fmt: skip
PHONES = ("iPhone", "Android")


def browser_in_words(agent: str) -> tuple[str, bool]:
    """Browser and system, and whether it is a phone: ("Firefox on Windows", False)."""
    browser = next((name for pattern, name in BROWSERS if re.search(pattern, agent)), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if not browser:
        return (f"A program on {system}" if system else "An unknown browser"), system in PHONES
    return (f"{browser} on {system}" if system else browser), system in PHONES
