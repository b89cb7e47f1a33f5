"""What a link shows, to whoever has it: nobody is signed in here, and nothing of the team is reached but the one flow."""

from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods

from helix.flows.graph import UnreadableGraph, read_graph
from helix.sharing import links
from helix.sharing.models import ShareLink
from helix.sharing.showing import picture, steps_of

COOKIE = "helix_link"
OPEN_FOR = timedelta(hours=1)
SALT = "helix.sharing.opened"


@require_http_methods(["GET", "POST"])
def public(request: HttpRequest, secret: str) -> HttpResponse:
    """The flow's picture; the question for the password first, when there is one; one and the same page when the link does not work."""
    link = links.find(secret) if len(secret) <= 100 else None
    if link is None:
        return _kept_quiet(render(request, "sharing/gone.html", status=404))
    if link.password and not _opened(request, link):
        return _kept_quiet(_ask(request, link, secret), referrer="strict-origin")
    if request.method == "POST":
        return _kept_quiet(redirect("shared", secret=secret))
    return _kept_quiet(_show(request, link))


def _show(request: HttpRequest, link: ShareLink) -> HttpResponse:
    flow, version = link.flow, None if link.draft else link.flow.published
    try:
        graph = read_graph(version.graph if version else flow.draft)
    except UnreadableGraph:
        return render(request, "sharing/gone.html", status=404)
    links.note_use(link)
    page = {
        "name": flow.name,
        "version": version,
        "expires_at": link.expires_at,
        "editor_data": picture(graph, flow.name, version.number if version else None),
        "steps": steps_of(graph),
    }
    return render(request, "sharing/public.html", page)


def _ask(request: HttpRequest, link: ShareLink, secret: str) -> HttpResponse:
    """The form for the password, or on to the picture when it is right."""
    trouble, status = "", 200
    if request.method == "POST":
        right = links.opens(link, request.POST.get("password", ""))
        if right:
            answer = redirect("shared", secret=secret)
            answer.set_cookie(
                COOKIE, signing.dumps(_seal(link), salt=SALT), max_age=OPEN_FOR, path=request.path,
                secure=request.is_secure(), httponly=True, samesite="Strict",
            )  # fmt: skip
            return answer
        minutes = int(links.TRIES_WITHIN.total_seconds() // 60)
        if right is None:
            trouble, status = f"Too many wrong passwords. Wait {minutes} minutes, then try again.", 429
        else:
            trouble, status = "That is not the password of this link. Ask whoever sent it to you.", 422
    return render(request, "sharing/password.html", {"trouble": trouble}, status=status)


def _opened(request: HttpRequest, link: ShareLink) -> bool:
    """Whether this browser gave the password within the hour."""
    try:
        return bool(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=OPEN_FOR) == _seal(link))
    except signing.BadSignature:
        return False


def _seal(link: ShareLink) -> str:
    """Stands for this link with this password."""
    return salted_hmac(SALT, f"{link.pk}:{link.password}", algorithm="sha256").hexdigest()


def _kept_quiet(answer: HttpResponse, referrer: str = "no-referrer") -> HttpResponse:
    """Not found by search engines, not told to other sites, not kept on the way. (A form sent under "no-referrer" has no origin, so the
    question for the password tells its origin and never its address.)"""
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Referrer-Policy"] = referrer
    answer["Cache-Control"] = "no-store, private"
    return answer
