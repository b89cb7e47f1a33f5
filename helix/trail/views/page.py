"""The Audit page: who did what, when and from where; and the same as a file. Nothing here changes an entry."""

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from helix.audit.acts import GROUPS, Act
from helix.audit.chain import fingerprint
from helix.audit.models import Head
from helix.audit.noting import noted
from helix.teams.access import TeamRequest, needs
from helix.teams.roles import Ability
from helix.trail.reading import Wanted, as_csv, page_of, words_of


@require_GET
@needs(Ability.ADMINISTER)
def audit(request: TeamRequest) -> HttpResponse:
    """A page of entries, by group, person, thing and days."""
    wanted = Wanted.read(request.GET.dict())
    entries, following = page_of(wanted.entries(request.team), request.GET.get("before", ""))
    head = Head.objects.filter(pk=str(request.team.pk)).first()
    page = {
        "rows": [(entry, words_of(entry)) for entry in entries],
        "wanted": wanted,
        "groups": [("", "Everything", wanted.query(group="")), *(
            (key, title, wanted.query(group=key)) for key, (title, _) in GROUPS.items()
        )],
        "older": wanted.query(before=following) if following else "",
        "first_page": not request.GET.get("before"),
        "head": head,
        "head_print": fingerprint(head.digest) if head else "",
    }  # fmt: skip
    return render(request, "audit/page.html", page)


@require_POST
@needs(Ability.ADMINISTER)
def export(request: TeamRequest) -> HttpResponseBase:
    """The entries that fit the filters as a file of comma separated values; that it was made is an entry, too."""
    wanted = Wanted.read(request.POST.dict())
    with transaction.atomic():
        entries = wanted.entries(request.team)
        words = ", ".join(f"{name} {value}" for name, value in wanted.pairs())
        last = noted(request.team.pk, Act.AUDIT_EXPORTED, kind="audit", name="audit log", after=words or "all of it")
    answer = StreamingHttpResponse(as_csv(entries.filter(number__lt=last.number)), content_type="text/csv")
    name = f"helix-audit-{request.team.slug}-{timezone.now():%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
