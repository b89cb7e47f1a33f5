"""What a person enters to connect any other service: one key of three kinds, its hosts, an address to try it at."""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from helix.connections.forms import LONGEST_KEY, Named
from integrations.http.connection import FAMILIES, read_hosts

WAYS = [(family.key, family.title) for family in FAMILIES]
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")


class HttpKeysForm(forms.Form):
    """The key of a connection and where it may go. `secrets`, `options` and `forget` hold what to keep, once it is valid."""

    integration = "http"
    way = forms.ChoiceField(choices=WAYS, error_messages={"required": "Choose how the service is told who calls."})
    token = forms.CharField(max_length=8 * LONGEST_KEY, required=False)
    user = forms.CharField(max_length=LONGEST_KEY, required=False)
    password = forms.CharField(max_length=LONGEST_KEY, required=False)
    header = forms.CharField(max_length=64, required=False)
    header_value = forms.CharField(max_length=8 * LONGEST_KEY, required=False)
    hosts = forms.CharField(max_length=8_000, required=False)
    test_url = forms.CharField(max_length=2_000, required=False)

    secret_names: ClassVar[dict[str, tuple[str, ...]]] = {family.key: tuple(family.secrets) for family in FAMILIES}

    def __init__(self, *args: Any, held: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held

    @property
    def secrets(self) -> dict[str, str]:
        given = self.cleaned_data
        return {name: given[name] for name in self.secret_names[given["way"]] if given.get(name)}

    @property
    def forget(self) -> frozenset[str]:
        """Secrets of the other ways; a user that is replaced takes the old password along."""
        kept = set(self.secret_names[self.cleaned_data["way"]])
        if "user" in self.secrets and "password" not in self.secrets:
            kept.discard("password")
        return frozenset(name for names in self.secret_names.values() for name in names if name not in kept)

    @property
    def options(self) -> dict[str, Any]:
        given = self.cleaned_data
        found: dict[str, Any] = {"hosts": given["hosts"], "test_url": given["test_url"]}
        return found | ({"header": given["header"]} if given["way"] == "header" else {})

    def _reaches_further(self) -> bool:
        """Whether a key that is kept may go to hosts where it might not go before."""
        before = set(filter(None, str(self.initial.get("hosts", "")).split("\n")))
        now = set(self.cleaned_data.get("hosts", before))
        return bool(self.held and before) and (not now or not now <= before)

    def clean_hosts(self) -> list[str]:
        try:
            return read_hosts(filter(None, re.split(r"[\s,]+", self.cleaned_data["hosts"])))
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None

    def clean_header(self) -> str:
        name = str(self.cleaned_data["header"])
        if name and not _HEADER.fullmatch(name):
            raise ValidationError("A header's name has letters, digits and “-” only, such as X-Api-Key.")
        return name

    def clean_test_url(self) -> str:
        address = str(self.cleaned_data["test_url"]).strip()
        if address and not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
            raise ValidationError("Write the whole address, such as https://api.example.com/me.")
        return address

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        way = self.cleaned_data.get("way")
        family = next((family for family in FAMILIES if family.key == way), None)
        if family is None:
            return given
        for name, label in family.secrets.items():
            if name not in family.optional and not self.cleaned_data.get(name) and name not in self.held:
                self.add_error(name, f"Enter the {label.lower()}.")
        if self._reaches_further() and not self.secrets:
            self.add_error("hosts", "Enter the key again, too: whoever lets it go to more hosts must know it.")
        if way == "header" and not self.cleaned_data.get("header") and "header" not in self.errors:
            self.add_error("header", "Enter the header's name, such as X-Api-Key.")
        return given


class HttpConnectForm(Named, HttpKeysForm):
    """A new connection of a team to an HTTP service: a name of its own, too."""
