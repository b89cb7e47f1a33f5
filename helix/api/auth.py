"""Who calls the REST API: a bearer token of one team, with a role that is never above its maker's."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from helix.api.errors import ApiError
from helix.api.limits import PER_MINUTE, limit
from helix.audit.actors import Actor, act_as
from helix.audit.middleware import address_of
from helix.teams.keys import read_token
from helix.teams.models import ApiToken, Member, Team, User
from helix.teams.roles import RANK, Ability, Role, may


class Caller:
    """The team, person and role that a call acts for."""

    def __init__(self, token: ApiToken, role: Role, address: str = "") -> None:
        self.team: Team = token.team
        self.user: User = token.maker
        self.role = role
        self.token = token
        self.address = address

    @property
    def actor(self) -> Actor:
        """The token as the audit log names it."""
        name = f"{self.token.name} (…{self.token.last4}) of {self.user}"
        return Actor("token", self.token.pk, name, self.address)

    def must(self, ability: Ability) -> None:
        """Refuse with 403 when the token's role does not reach this far."""
        if not may(self.role, ability):
            raise ApiError(
                403,
                "forbidden",
                f"This token's role is {self.role}, which does not allow this.",
                "Use a token with a higher role.",
            )


class Token(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = read_token(token)
        member = (
            Member.objects.filter(team=found.team, user=found.maker).first()
            if found and found.maker.is_active
            else None
        )
        if found is None or member is None:
            return None
        if seconds := limit().wait(str(found.pk)):
            words = f"This token has called too often: {PER_MINUTE} calls a minute are its share."
            raise ApiError(
                429, "too_many_calls", words, f"Call again in {seconds} s.", headers={"Retry-After": str(seconds)}
            )
        caller = Caller(found, min(Role(found.role), Role(member.role), key=RANK.__getitem__), address_of(request))
        act_as(caller.actor)
        return caller


class ApiRequest(HttpRequest):
    """A request of the API after its token was read."""

    auth: Caller
