"""Roles and what each may do: the one table that views, API, templates and tests read."""

from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    ADMIN = "admin"
    OWNER = "owner"


IN_WORDS = {
    Role.VIEWER: "sees flows and runs, without personal data",
    Role.OPERATOR: "sees data of runs; starts, cancels and answers for them",
    Role.EDITOR: "edits and publishes flows",
    Role.ADMIN: "keeps connections, members, tokens and retention",
    Role.OWNER: "hands the team over and deletes it",
}
"""What each may do more than the one before."""

RANK = {role: rank for rank, role in enumerate(Role)}


class Ability(StrEnum):
    SEE = "see"  # flows and runs
    OPERATE = "operate"  # see payloads; start, cancel, retry, resolve
    EDIT = "edit"  # drafts
    PUBLISH = "publish"  # publish, schedule, switch on and off
    SHARE = "share"  # say who sees a flow; make links to it
    CONNECT = "connect"  # create, rotate and test connections
    ADMINISTER = "administer"  # members, tokens, retention
    OWN = "own"  # delete the team, transfer it


LEAST_ROLE = {
    Ability.SEE: Role.VIEWER,
    Ability.OPERATE: Role.OPERATOR,
    Ability.EDIT: Role.EDITOR,
    Ability.PUBLISH: Role.EDITOR,
    Ability.SHARE: Role.EDITOR,
    Ability.CONNECT: Role.ADMIN,
    Ability.ADMINISTER: Role.ADMIN,
    Ability.OWN: Role.OWNER,
}


def may(role: str, ability: Ability) -> bool:
    """Whether a member of this role may do that."""
    return RANK[Role(role)] >= RANK[LEAST_ROLE[ability]]
