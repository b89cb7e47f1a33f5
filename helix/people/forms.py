"""What people fill in on the Team page and at the door of an invitation. Each form names its fields; nothing else is taken."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from helix.engine.keeping import MOST
from helix.teams.forms import known_zone
from helix.teams.keys import MOST_TOKEN_DAYS, TOKEN_DAYS
from helix.teams.models import User
from helix.teams.roles import Role

ROLES = [(role.value, role.value) for role in Role]
NAMELESS = "Write a name, so that the list tells what it is for."


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLES)


class InviteForm(forms.Form):
    email = forms.EmailField(
        max_length=254, error_messages={"invalid": "This is no e-mail address. Write it like ada@example.com."}
    )
    role = forms.ChoiceField(choices=ROLES)


class TokenForm(forms.Form):
    name = forms.CharField(max_length=120, error_messages={"required": NAMELESS})
    role = forms.ChoiceField(choices=ROLES)
    days = forms.IntegerField(
        min_value=1, max_value=MOST_TOKEN_DAYS, initial=TOKEN_DAYS,
        error_messages={"max_value": "A token lives for a year at most: write 1 to 365 days.",
                        "min_value": "Write 1 to 365 days."},
    )  # fmt: skip


class DaysForm(forms.Form):
    good = forms.IntegerField(min_value=0, max_value=MOST)
    failed = forms.IntegerField(min_value=0, max_value=MOST)
    runs = forms.IntegerField(min_value=0, max_value=MOST)


class PersonForm(forms.Form):
    person = forms.CharField(max_length=254, error_messages={"required": "Write the id or e-mail address of a person."})
    typed = forms.CharField(max_length=254, required=False)


class EnrolForm(forms.Form):
    """Who comes in by an invitation; the address is that of the invitation, never of the form."""

    name = forms.CharField(max_length=120, error_messages={"required": "Write your name, as colleagues know it."})
    password = forms.CharField(max_length=256, strip=False)
    timezone = forms.CharField(max_length=64)

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_timezone(self) -> str:
        return known_zone(self.cleaned_data["timezone"])

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if given and "password" in given:
            try:
                password_validation.validate_password(
                    given["password"], User(email=self.email, name=given.get("name", ""))
                )
            except ValidationError as refused:
                self.add_error("password", refused)
        return given
