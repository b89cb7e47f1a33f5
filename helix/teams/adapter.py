"""What allauth asks of Helix: who may come in, in which words somebody is refused, and where a request came from."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import clean_client_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse

from helix.audit.middleware import address_of
from helix.teams.models import User
from helix.teams.sudo import is_confirmed

UNKNOWN_ADDRESS = "0.0.0.0"
WORDS = {
    "email_password_mismatch": "This e-mail and password do not belong together. Check both, or use a sign-in link.",
    "too_many_login_attempts": "Too many wrong tries. Wait five minutes, or use a sign-in link.",
    "rate_limited": "Too many tries. Wait a minute, then try again.",
    "incorrect_code": "This code is not right, or was used before. Wait for the next one in your app, then type that.",
    "incorrect_password": "That is not your password.",
}


class AccountAdapter(DefaultAccountAdapter):
    """People come by invitation or are made at the server; nobody signs up by themselves."""

    error_messages = DefaultAccountAdapter.error_messages | WORDS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The caller's address; one for all who have none, as over a socket of this machine."""
        return clean_client_ip(address_of(request)) or UNKNOWN_ADDRESS

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One count for an account. allauth's own has the Host header in it, whose port the caller may choose."""
        return str(credentials.get("email", "")).strip().lower()

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, or None; somebody who was deactivated is refused in the same words as a wrong password."""
        user = super().authenticate(request, **credentials)
        return user if isinstance(user, User) and user.is_active else None

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return redirect("teams:sign_in")

    def is_reauthentication_required(self, *, app: str, **given: Any) -> bool:
        return not is_confirmed(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        return [{"id": "reauthenticate", "description": "", "url": reverse("teams:confirm")}]

    def is_safe_url(self, url: str) -> bool:
        """A path of this installation, never another site."""
        return bool(url) and super().is_safe_url(url) and resolve_url(url).startswith("/")

    def add_message(self, *given: Any, **named: Any) -> None:
        """The pages say what happened, in their own words."""
