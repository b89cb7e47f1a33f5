"""What people fill in at the door and on their account."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.core.cache import cache
from django.core.exceptions import ValidationError

from helix.teams.models import User

TRIES, PAUSE_SECONDS = 10, 600
"""So many wrong passwords for one address, then a pause."""


def known_zone(name: str) -> str:
    """The name, if it is a time zone this machine knows; a ValidationError otherwise."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name[:64]}” is no time zone. Write one such as Europe/Paris or UTC.")
    return name


class SignInForm(forms.Form):
    email = forms.EmailField(max_length=254)
    password = forms.CharField(max_length=256, strip=False)
    user: User | None = None

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if given is None or self.errors:
            return given
        counter = f"sign-in:{given['email'].lower()}"
        if cache.get(counter, 0) >= TRIES:
            raise ValidationError("Too many wrong passwords for this address. Wait ten minutes, or use a sign-in link.")
        user = authenticate(username=given["email"], password=given["password"])
        if not isinstance(user, User):
            cache.set(counter, cache.get(counter, 0) + 1, PAUSE_SECONDS)
            raise ValidationError("This e-mail and password do not belong together. Check both, or use a sign-in link.")
        self.user = user
        return given


class AccountForm(forms.Form):
    name = forms.CharField(max_length=120, required=False)
    timezone = forms.CharField(max_length=64)

    def clean_timezone(self) -> str:
        return known_zone(self.cleaned_data["timezone"])


class PasswordForm(forms.Form):
    """A new password; the old one is asked for when there is one (a person who came by a link may have none)."""

    current = forms.CharField(max_length=256, strip=False, required=False)
    new = forms.CharField(max_length=256, strip=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if self.user.has_usable_password() and not self.user.check_password(current):
            raise ValidationError("That is not your password now.")
        return current

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new
