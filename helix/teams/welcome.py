"""Letting in somebody whom a member asked to come: the one function that an invitation calls."""

from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from helix.teams.models import User
from helix.teams.signing_in import enter, way_on


def person_of(email: str) -> User | None:
    """The person with this address, if Helix knows them."""
    return User.objects.filter(email=email.strip().lower()).first()


def welcome(
    request: HttpRequest, email: str, *, name: str = "", password: str | None = None, wanted: str = "/"
) -> tuple[User | None, HttpResponseBase]:
    """Make or sign in the person with this address: who they are, and what to answer the request with.

    A newcomer is made (with a password, or without one: then only sign-in links let them in) and is signed in at once. Somebody
    whom Helix knows is not: an invitation may have been read by others. They are taken as they are when they are signed in, and are
    otherwise led to the door and back to `wanted`, which is then the page of the invitation; the person is None so far. Call it with
    a checked password; the caller adds the membership, in the same transaction if it likes.
    """
    email, wanted = email.strip().lower(), way_on(request, wanted)
    known = person_of(email)
    if known is None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(email, password, name=name.strip())
            return user, enter(request, user, way="invitation", wanted=wanted)
        except IntegrityError:
            known = person_of(email)  # somebody was made meanwhile
    if known is not None and request.user.is_authenticated and request.user.pk == known.pk:
        return known, redirect(wanted)
    return None, redirect(f"{reverse('teams:sign_in')}?{urlencode({'next': wanted})}")
