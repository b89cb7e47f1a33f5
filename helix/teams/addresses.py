"""Changing one's e-mail address: a signed link is sent to the new one, good for a day and only while the old one still stands."""

import logging

from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse

from helix.audit.acts import Act
from helix.teams.models import User
from helix.teams.noting import noted_of

SALT, GOOD_SECONDS = "helix.teams.addresses", 24 * 3600
log = logging.getLogger(__name__)


def ask_for_address(request: HttpRequest, user: User, wanted: str) -> bool:
    """Send the link; False when the mail server did not take it. To an address of somebody else nothing is sent, and nobody is told."""
    if User.objects.filter(email=wanted).exists():
        return True
    token = signing.dumps([str(user.pk), user.email, wanted], salt=SALT)
    at = request.build_absolute_uri(reverse("teams:new_address", kwargs={"token": token}))
    return _send(
        wanted,
        "Your new address at Helix",
        f"Somebody who is signed in to Helix as {user.email} wants to be {wanted} from now on.\n\n"
        f"If that is you, open this within a day, and press the button:\n\n{at}\n\nOtherwise do nothing: nothing changes.\n",
    )


def read_change(token: str, user: User) -> str | None:
    """The address that this link was sent to, or None: it is too old, of somebody else, or the address changed meanwhile."""
    try:
        pk, old, wanted = signing.loads(token, salt=SALT, max_age=GOOD_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return str(wanted) if (pk, old) == (str(user.pk), user.email) else None


def take_address(user: User, wanted: str) -> bool:
    """The address is theirs from now on, and the old one is told; False when somebody else has it."""
    old = user.email
    try:
        with transaction.atomic():
            user.email = wanted
            user.save(update_fields=["email"])
            noted_of(user, Act.EMAIL_CHANGED, before=old, after=wanted)
    except IntegrityError:
        user.email = old
        return False
    _send(
        old,
        "Your address at Helix was changed",
        f"You sign in to Helix as {wanted} from now on.\n\nIf that was not you, tell an admin of your team at once.\n",
    )
    return True


def _send(to: str, subject: str, text: str) -> bool:
    try:
        return bool(EmailMessage(subject, text, to=[to], headers={"Auto-Submitted": "auto-generated"}).send())
    except OSError as problem:  # smtplib's own errors are OSErrors
        log.warning("A message about an address was not sent: %s", type(problem).__name__)
        return False
