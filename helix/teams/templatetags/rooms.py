"""Template words for ways between rooms: the gallery of templates, if this Helix has one, and the team of a page without one."""

from django import template
from django.urls import Resolver404, resolve, reverse

from helix.teams.models import Team, User

register = template.Library()


@register.simple_tag
def gallery_of(team: Team) -> str:
    """The address of the team's gallery of templates; "" when there is no such page."""
    return gallery_address(team.slug)


def gallery_address(slug: str) -> str:
    """The address of the gallery of the team with this slug; "" when there is no such page."""
    address = f"{reverse('teams:home')}t/{slug}/templates/"
    try:
        resolve(address)
    except Resolver404:
        return ""
    return address


@register.simple_tag
def first_team_of(user: User) -> Team | None:
    """A team of the person, for pages that belong to none."""
    return user.teams.order_by("name").first() if user.is_authenticated else None
