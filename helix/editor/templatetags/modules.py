"""The modules that a page needs, named in its head: the browser asks for all of them at once, not one import after the other."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()
IMPORT = re.compile(r"""^(?:import|export|\})[^'"();]*?from\s+["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@register.simple_tag
def preload_modules(entry: str) -> SafeString:
    """A link for every module that this one imports, those of its imports with them; what is imported later on is left out."""
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', ((static(name),) for name in imported(entry)))


@cache
def imported(entry: str) -> tuple[str, ...]:
    """Names of static files, each once; the library, which is the largest, first."""
    names, todo = dict[str, None](), [entry]
    while todo:
        name = todo.pop(0)
        if name not in names:
            names[name] = None
            todo += _imports(name)
    return tuple(sorted(names, key=lambda name: "/vendor/" not in f"/{name}"))


def _imports(name: str) -> Iterator[str]:
    found = finders.find(name)
    if not isinstance(found, str) or "/vendor/" in found:
        return
    for target in IMPORT.findall(Path(found).read_text(encoding="utf-8")):
        yield normpath(join(dirname(name), target))
