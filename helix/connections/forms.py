"""What a person enters to connect Customer.io. Secrets are only ever written; an empty field keeps what is there."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from helix.connections.models import Connection
from helix.teams.models import Team
from integrations.customerio.connection import FAMILIES

REGIONS = [("us", "US"), ("eu", "EU")]
LONGEST_KEY = 512


class Named(forms.Form):
    """The name of a new connection of a team."""

    name = forms.CharField(max_length=64, error_messages={"required": "Give it a short name, such as production."})

    def __init__(self, team: Team, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip().lower().replace(" ", "-")
        try:
            validate_slug(name)
        except ValidationError:
            raise ValidationError("Use letters, digits, - and _ only: flows name the connection by it.") from None
        if Connection.objects.filter(team=self.team, name=name).exists():
            raise ValidationError(f"There is a connection “{name}” already. Choose another name, or replace its keys.")
        return name


class KeysForm(forms.Form):
    """The region and the keys of a connection. `secrets` holds those that were entered, once the form is valid."""

    integration = "customerio"
    forget: frozenset[str] = frozenset()
    options: ClassVar[dict[str, Any]] = {}
    region = forms.ChoiceField(choices=REGIONS, error_messages={"required": "Choose the region of your workspace."})

    def __init__(self, *args: Any, held: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        for family in FAMILIES:
            for name, label in family.secrets.items():
                self.fields[name] = forms.CharField(max_length=LONGEST_KEY, required=False, label=label)

    @property
    def secrets(self) -> dict[str, str]:
        names = [name for family in FAMILIES for name in family.secrets]
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        there = self.held | set(self.secrets)
        for family in FAMILIES:
            missing = [name for name in family.secrets if name not in there]
            if missing and len(missing) < len(family.secrets):
                other = next(label for name, label in family.secrets.items() if name in there)
                self.add_error(missing[0], f"The {other} works only together with the {family.secrets[missing[0]]}.")
        if not there and not self.errors:
            raise ValidationError("Enter at least one key: which ones depends on what your flows will do.")
        return given


class ConnectForm(Named, KeysForm):
    """A new connection of a team: a name of its own, too."""
