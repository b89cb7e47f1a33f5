"""The letter of an invitation. It is sent when this installation has a mail server; the link is shown to the inviter anyway."""

from django.conf import settings
from django.urls import reverse

from helix.engine.steps.email import send_email
from helix.teams.models import Invitation
from integrations.kit.errors import CallError

SECONDS = 8.0


def link_of(key: str) -> str:
    """The address to hand to the invited person."""
    base = settings.HELIX.HELIX_BASE_URL or f"http://localhost:{settings.HELIX.HELIX_PORT}"
    return f"{base}{reverse('join', kwargs={'key': key})}"


def tell(invitation: Invitation, link: str) -> tuple[bool, str]:
    """Send the letter; whether it went, and what became of it in a sentence. A dead mail server costs a few seconds, no more."""
    if not settings.HELIX.HELIX_EMAIL_URL.get_secret_value():
        return False, "This installation sends no mail, so hand the link over yourself."
    who, team = str(invitation.inviter), invitation.team.name
    letter = {
        "to": [invitation.email],
        "subject": f"{_line(who)} invites you to {_line(team)} on Helix"[:240],
        "text": f"{who} invites you to work in the team “{team}” on Helix, as {invitation.role}.\n\nOpen this link to join:\n\n"
        f"{link}\n\nIt works once, and until {invitation.expires_at:%d %B %Y, %H:%M} UTC. If you did not expect this letter, "
        "leave it: without the link nothing happens.\n",
    }
    try:
        send_email(
            letter, idempotency_key=f"invite-{invitation.pk}-{invitation.digest[:8]}", timeout_seconds=SECONDS,
            before_send=lambda: None,
        )  # fmt: skip
    except CallError as trouble:
        return False, f"The letter could not be sent ({trouble}). Hand the link over yourself."
    return True, f"A letter with the link went to {invitation.email}."


def _line(text: str) -> str:
    return " ".join(text.split())
