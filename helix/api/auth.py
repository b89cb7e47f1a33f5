"""Who calls the REST API: a bearer token of one team, with a role that is never above its maker's."""

from typing import Never
from uuid import UUID

from django.http import HttpRequest
from ninja.security import HttpBearer

from helix.api.errors import ApiError
from helix.api.limits import PER_MINUTE, limit
from helix.audit.actors import Actor, act_as
from helix.audit.middleware import address_of
from helix.flows.access import abilities_with, ever
from helix.teams.keys import read_token
from helix.teams.models import ApiToken, Member, Team, User
from helix.teams.roles import RANK, Ability, Role, may


class Caller:
    """The team, person and role that a call acts for."""

    def __init__(self, token: ApiToken, role: Role, address: str = "", member: Member | None = None) -> None:
        """`role`: the token's, not above that of `member`, its maker's place in the team, which is looked up when not given."""
        self.team: Team = token.team
        self.user: User = token.maker
        self.role = role
        self.token = token
        self.address = address
        self.member = member or Member.objects.get(team=token.team, user=token.maker)

    @property
    def actor(self) -> Actor:
        """The token as the audit log names it."""
        name = f"{self.token.name} (…{self.token.last4}) of {self.user}"
        return Actor("token", self.token.pk, name, self.address)

    def reaches(self, ability: Ability) -> bool:
        """Whether there is anything with which the token may do that: by its role, or by what its maker was granted on a flow."""
        return may(self.role, ability) or (may(self.token.role, ability) and ever(self.member, ability))

    def must_with(self, flow_id: UUID, ability: Ability) -> None:
        """Refuse with 403 when the token may not do that with this flow of the team, which its maker sees."""
        allowed = abilities_with(self.member, flow_id) or frozenset()
        if not (may(self.token.role, ability) and ability in allowed):
            self._refuse()

    def must(self, ability: Ability) -> None:
        """Refuse with 403 when the token's role does not reach this far."""
        if not may(self.role, ability):
            self._refuse()

    def _refuse(self) -> Never:
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
        caller = Caller(
            found, min(Role(found.role), Role(member.role), key=RANK.__getitem__), address_of(request), member
        )
        act_as(caller.actor)
        return caller


class ApiRequest(HttpRequest):
    """A request of the API after its token was read."""

    auth: Caller
