"""What a person enters to connect a service that has actions of its own: its keys, and its region where it has some."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from helix.connections.forms import REGIONS, Named
from integrations.catalog import CUSTOMERIO, HTTP, INTEGRATIONS
from integrations.kit.integration import Integration

LONGEST_KEY = 4_096


def services() -> dict[str, Integration]:
    """The integrations whose connection needs no form of its own."""
    return {key: each for key, each in INTEGRATIONS.items() if each not in (CUSTOMERIO, HTTP)}


class ServiceKeysForm(forms.Form):
    """The fields are those of the integration's key families; an empty one keeps what is there."""

    forget: frozenset[str] = frozenset()
    options: ClassVar[dict[str, Any]] = {}
    region = forms.ChoiceField(choices=REGIONS, required=False)

    def __init__(self, *args: Any, service: Integration, held: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.service, self.held, self.integration = service, held, service.key
        for family in service.families:
            for name, label in family.secrets.items():
                self.fields[name] = forms.CharField(max_length=LONGEST_KEY, required=False, label=label)

    @property
    def secrets(self) -> dict[str, str]:
        names = [name for family in self.service.families for name in family.secrets]
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}

    @property
    def keys(self) -> list[tuple[str, forms.BoundField, str]]:
        """(help, field, placeholder) of each key, for the page."""
        return [
            (family.help, self[name], "Leave empty to keep it" if name in self.held else "")
            for family in self.service.families
            for name in family.secrets
        ]

    def clean_region(self) -> str:
        return str(self.cleaned_data["region"] or self.initial.get("region", "us"))

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        there = self.held | set(self.secrets)
        if not any(family.is_whole(there) for family in self.service.families) and not self.errors:
            labels = " or ".join(", ".join(family.secrets.values()) for family in self.service.families)
            raise ValidationError(f"Enter the key of {self.service.title}: {labels}.")
        return given


class ServiceConnectForm(Named, ServiceKeysForm):
    """A new connection of a team to such a service: a name of its own, too."""
