"""Codes that people type: of their app or a recovery code, at sign-in, to confirm who they are, and to turn a second factor on.

allauth takes a used code as new again after 30 seconds; with a clock that may be half a minute wrong it would still be good then. So
a used one is kept here for as long as it could be good.
"""

from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache

from helix.teams.models import User
from helix.teams.second_factor import APP

GOOD_SECONDS = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)


def plain(code: str) -> str:
    """The code without the gaps that people type or paste."""
    return "".join(code.split()).replace("-", "")


def _use_up(user: User, code: str) -> None:
    """Refuse a code that was used before; remember this one for as long as it is good."""
    if not cache.add(f"second-factor:{user.pk}:{code}", 1, timeout=GOOD_SECONDS):
        raise get_adapter().validation_error("incorrect_code")


def _once(form: Any, code: str) -> str:
    """A good code: one of an app is used up."""
    if form.authenticator.type == APP:
        _use_up(form.user, code)
    return code


class SignInCodeForm(AuthenticateForm):
    """The second step of signing in."""

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain(self.cleaned_data["code"])
        return _once(self, super().clean_code())


class ConfirmCodeForm(ReauthenticateForm):
    """A person who is signed in shows that it is them."""

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain(self.cleaned_data["code"])
        return _once(self, super().clean_code())


class TurnOnForm(ActivateTOTPForm):
    """The first code of a new app: proof that it has the secret."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["code"].error_messages["required"] = "Type the six digits that your app shows."

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain(self.cleaned_data["code"])
        code: str = super().clean_code()
        _use_up(self.user, code)
        return code
