"""The tables that hang on the runs, found in the models, so that none is forgotten when runs are removed."""

from collections.abc import Iterator
from functools import cache

from django.db.models import CASCADE, Model

from helix.engine.models import Run


@cache
def below(model: type[Model] = Run) -> tuple[tuple[type[Model], str], ...]:
    """Each table that is deleted with a run, with the path from its rows to the run; those that hang on others come first."""
    found: dict[type[Model], str] = {}
    for child, path in _walk(model, ""):
        found.pop(child, None)
        found[child] = path
    return tuple(reversed(found.items()))


def _walk(model: type[Model], path: str) -> Iterator[tuple[type[Model], str]]:
    for relation in model._meta.related_objects:
        child = relation.related_model
        if not isinstance(child, type) or child is model or getattr(relation, "on_delete", None) is not CASCADE:
            continue
        way = f"{relation.field.name}__{path}" if path else relation.field.name
        yield child, way
        yield from _walk(child, way)


def loosened(model: type[Model] = Run) -> tuple[tuple[type[Model], str], ...]:
    """Tables whose rows outlive a run they point to, with the name of that pointer: it is emptied."""
    return tuple(
        (relation.related_model, relation.field.name)
        for relation in model._meta.related_objects
        if isinstance(relation.related_model, type) and getattr(relation, "on_delete", None) is not CASCADE
    )
