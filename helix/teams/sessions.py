"""A person's sessions: how long they last, where they are, and ending them.

A session ends 12 hours after the last sign of its person and 14 days after it began. Pages that ask for themselves (polls) are no
sign of a person.
"""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from helix.audit.acts import Act
from helix.teams.adapter import AccountAdapter
from helix.teams.browsers import browser_in_words
from helix.teams.models import Limit, User
from helix.teams.noting import noted_of
from helix.teams.sudo import confirm

IDLE_SECONDS, WHOLE_SECONDS = 12 * 3600, 14 * 24 * 3600
NOTED_EVERY_SECONDS = 300
BEGAN, SEEN = "began_at", "seen_at"


@dataclass(frozen=True)
class Place:
    """One session as its person reads about it."""

    pk: int
    browser: str
    phone: bool
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def begin(sender: Any, request: HttpRequest, user: User, **more: Any) -> None:
    """Listens to Django's signal: whoever signed in has just shown who they are, and their time begins."""
    request.session[BEGAN] = request.session[SEEN] = time.time()
    confirm(request)


class SessionLimitsMiddleware:
    """Signs people out whose session is over, and notes every five minutes where a session is used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            now, session = time.time(), request.session
            began, seen = float(session.get(BEGAN, 0)), float(session.get(SEEN, 0))
            if now - began > WHOLE_SECONDS or now - seen > IDLE_SECONDS:
                UserSession.objects.filter(session_key=session.session_key).delete()
                logout(request)
            elif now - seen > NOTED_EVERY_SECONDS and _is_a_person(request):
                session[SEEN] = now
                _note_place(request)
        return self.get_response(request)


def _is_a_person(request: HttpRequest) -> bool:
    """Whether somebody is there: a page was opened or something was sent. Polls and the sign of life of an open editor are neither."""
    if request.method in ("GET", "HEAD"):
        return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return not request.path.endswith("/presence/")


def _note_place(request: HttpRequest) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=timezone.now(),
        ip=AccountAdapter(request).get_client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:200],
    )


def address_in_words(address: str) -> str:
    """Where an address is, as far as it can be said without asking anybody."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return "unknown address"
    if place.is_unspecified:
        return "unknown address"
    if place.is_loopback:
        return "this server’s own machine"
    return f"local network, {address}" if place.is_private else address


def sessions_of(request: HttpRequest, user: User) -> list[Place]:
    """Where the person is signed in, this session first, then by when they were seen."""
    this = request.session.session_key
    if not UserSession.objects.filter(session_key=this).exists():
        UserSession.objects.create_from_request(request)
    places = [
        Place(
            each.pk, *browser_in_words(each.user_agent), address_in_words(each.ip), each.created_at, each.last_seen_at,
            each.session_key == this,
        )
        for each in UserSession.objects.purge_and_list(user)
    ]  # fmt: skip
    return sorted(places, key=lambda place: (not place.is_this, -place.seen_at.timestamp()))


def end_session(user: User, pk: int) -> bool:
    """End one session of the person; it is out with its next request. False when there is none."""
    session = UserSession.objects.filter(user=user, pk=pk).first()
    if session is None:
        return False
    words = f"{browser_in_words(session.user_agent)[0]}, {address_in_words(session.ip)}"
    session.end()
    noted_of(user, Act.SESSIONS_ENDED, after=words)
    return True


def end_others(request: HttpRequest, user: User, *, why: str = "") -> int:
    """End every session of the person but this one; how many there were."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key))
    for session in others:
        session.end()
    if others:
        noted_of(user, Act.SESSIONS_ENDED, after=why or f"all others ({len(others)})")
    return len(others)


def end_all(user: User) -> int:
    """End every session of the person, for whoever deactivates or removes them."""
    every = list(UserSession.objects.filter(user=user))
    for session in every:
        session.end()
    return len(every)


def forget_over() -> int:
    """A duty of the scheduler: rows of sessions and of limits that are over go; how many sessions there were."""
    now = timezone.now()
    gone, _ = Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.filter(last_seen_at__lt=now - timedelta(seconds=WHOLE_SECONDS)).delete()
    Limit.objects.filter(expires__lt=now).delete()
    return gone
