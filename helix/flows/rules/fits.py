"""The value of every expression is of the type that its place takes."""

import re
from collections.abc import Iterator

from helix.expressions.infer import Inferred
from helix.expressions.parsing import parse
from helix.expressions.words import type_words, with_article
from helix.flows.fits import Misfit, misfit
from helix.flows.problems import Problem
from helix.flows.rules.expressions import in_condition
from helix.flows.subject import Subject, Use

_PATH = re.compile(r"[A-Za-z_][\w.\-\[\]]*")
MOST = 60


def rule(subject: Subject) -> Iterator[Problem]:
    for use in subject.uses:
        if not use.wanted or not use.text.strip() or in_condition(use.node, use.pointer):
            continue
        found = subject.infer(use.node.key, use.text)
        if found.has_errors:
            continue
        wrong = misfit(found.schema, use.wanted)
        if wrong:
            yield _told(subject, use, found, wrong)


def _told(subject: Subject, use: Use, found: Inferred, wrong: Misfit) -> Problem:
    what = source_words(use.text) if found.is_lone else "this text"
    fixed = appended(use.text, wrong.fix) if found.is_lone and wrong.fix else None
    hint = f"Try {fixed}." if fixed else _advice(found, use)
    mend = subject.put_text(use.node, use.pointer, f"Add | {wrong.fix}", fixed)
    text = f"needs {with_article(type_words(use.wanted))}, but {what} {wrong.reason}."
    return subject.field_problem(
        use.node, "type_mismatch" if not wrong.is_null else "maybe_null", use.pointer, text, hint, wrong.severity, mend
    )


def source_words(text: str) -> str:
    """What a lone expression takes its value from: its path, or “the expression”."""
    inner = text.strip().removeprefix("{{").removesuffix("}}").strip("- \n\t")
    return inner if len(inner) <= MOST and _PATH.fullmatch(inner) else "the expression"


def appended(text: str, fix: str) -> str | None:
    """The lone expression with filters behind it, when it can still be read."""
    bare = text.rstrip()
    if not bare.endswith("}}"):
        return None
    fixed = f"{bare[:-2].rstrip('- ')} | {fix} }}}}"
    return fixed if parse(fixed).lone is not None else None


def _advice(found: Inferred, use: Use) -> str:
    if not found.is_lone:
        return "Leave out everything around {{ … }}, so that the value keeps its type."
    return "Take other data, or write a fixed value."
