"""What the strict content policy asks of templates, and what a page weighs."""

import gzip
import re
from pathlib import Path

from django.conf import settings

from tests.integration.pages.conftest import SignIn, World

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
FORBIDDEN = re.compile(r"""\sstyle=|\shx-on|\son[a-z]+=|<style|javascript:|hx-vals=["']js:|<script(?![^>]*\bsrc=)""")
MOST_BYTES = 200_000


def test_no_template_holds_inline_style_or_script() -> None:
    found = {path.name: FORBIDDEN.findall(path.read_text()) for path in TEMPLATES}

    assert {name: hits for name, hits in found.items() if hits} == {}


def test_every_form_that_posts_carries_the_csrf_token() -> None:
    bare = [
        (path.name, form[:80])
        for path in TEMPLATES
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL)
        if "{% csrf_token %}" not in form
    ]

    assert bare == []


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    sprite = Path(settings.BASE_DIR, "static/vendor/icons.svg").read_text()
    named = {name for path in TEMPLATES for name in re.findall(r'\{% icon "([\w-]+)"', path.read_text())}

    assert {name for name in named if f'id="{name}"' not in sprite} == set()


def test_a_page_with_its_styles_and_scripts_weighs_little(world: World, as_: SignIn) -> None:
    page = as_("alice").get(world.at("flows/")).content
    files = re.findall(r'(?:href|src)="/static/([\w./-]+\.(?:css|js))"', page.decode())
    whole = page + b"".join(Path(settings.BASE_DIR, "static", file).read_bytes() for file in files)

    assert len(files) >= 8
    assert len(gzip.compress(whole)) < MOST_BYTES / 4


def test_pages_carry_the_strict_policy(world: World, as_: SignIn) -> None:
    answer = as_("alice").get(world.at("flows/"))

    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
