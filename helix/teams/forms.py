"""What people fill in on their account."""

import zoneinfo
from functools import lru_cache
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from helix.teams.models import User

THEMES = ("system", "light", "dark")


def known_zone(name: str) -> str:
    """The name, if it is a time zone this machine knows; a ValidationError otherwise."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name[:64]}” is no time zone. Write one such as Europe/Paris or UTC.")
    return name


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """The zones that are offered: places and UTC, without the many old names."""
    return sorted(name for name in zoneinfo.available_timezones() if name == "UTC" or name.split("/")[0] in PARTS)


PARTS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


class EmailForm(forms.Form):
    """The address that somebody wants to have."""

    email = forms.EmailField(max_length=254)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class AccountForm(forms.Form):
    name = forms.CharField(max_length=120, required=False)
    timezone = forms.CharField(max_length=64)
    theme = forms.ChoiceField(choices=[(name, name) for name in THEMES], required=False)

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
