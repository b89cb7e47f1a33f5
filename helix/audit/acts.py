"""What is written down in the audit log, and the words for it."""

from enum import StrEnum


class Act(StrEnum):
    """A kind of act: what it was done to, and what was done."""

    SIGNED_IN = "person.signed_in"
    SIGN_IN_REFUSED = "person.sign_in_refused"
    PASSWORD_CHANGED = "person.password_changed"
    EMAIL_CHANGED = "person.email_changed"
    SECOND_FACTOR_ON = "person.second_factor_on"
    SECOND_FACTOR_OFF = "person.second_factor_off"
    RECOVERY_CODES_MADE = "person.recovery_codes_made"
    SESSIONS_ENDED = "person.sessions_ended"
    SECOND_FACTOR_DEMANDED = "team.second_factor_demanded"
    MEMBER_ADDED = "member.added"
    ROLE_CHANGED = "member.role_changed"
    MEMBER_REMOVED = "member.removed"
    INVITED = "invitation.sent"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    INVITATION_ACCEPTED = "invitation.accepted"
    TOKEN_MADE = "token.made"
    TOKEN_REVOKED = "token.revoked"
    CONNECTED = "connection.made"
    CONNECTION_CHANGED = "connection.changed"
    CONNECTION_TESTED = "connection.tested"
    CONNECTION_CAPPED = "connection.capped"
    KEY_ENTERED = "connection.key_entered"
    KEY_SWITCHED = "connection.key_switched"
    KEY_DISCARDED = "connection.key_discarded"
    KEY_WIPED = "connection.key_wiped"
    GRANTED = "connection.granted"
    CONNECTION_REMOVED = "connection.removed"
    VAULT_REWRAPPED = "connection.vault_rewrapped"
    SECRETS_FORGOTTEN = "connection.secrets_forgotten"
    SECRET_REPLACED = "webhook.secret_replaced"
    SECRET_SHOWN = "webhook.secret_shown"
    PUBLISHED = "flow.published"
    RESTORED = "flow.restored"
    SWITCHED_ON = "flow.switched_on"
    SWITCHED_OFF = "flow.switched_off"
    DELETED = "flow.deleted"
    BROUGHT_BACK = "flow.brought_back"
    IMPORTED = "flow.imported"
    EXPORTED = "flow.exported"
    SHARED = "flow.shared"
    UNSHARED = "flow.unshared"
    LINK_MADE = "flow.link_made"
    LINK_USED = "flow.link_used"
    LINK_REVOKED = "flow.link_revoked"
    TEMPLATE_SAVED = "template.saved"
    TEMPLATE_REMOVED = "template.removed"
    LINKS_SWITCHED = "team.links_switched"
    BULK_BEGUN = "runs.bulk_begun"
    BULK_STOPPED = "runs.bulk_stopped"
    DECIDED = "run.decided"
    APPROVED = "run.approved"
    REJECTED = "run.rejected"
    ERASED = "person.erased"
    TEAM_MADE = "team.made"
    TEAM_RENAMED = "team.renamed"
    TEAM_CLOSED = "team.deleted"
    MEMBERS_EXPORTED = "member.exported"
    PUBLISHING_CHANGED = "team.publishing_changed"
    RETENTION_CHANGED = "team.retention_changed"
    PAUSED = "team.paused"
    RESUMED = "team.resumed"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_PURGED = "audit.purged"


WORDS: dict[Act, str] = {
    Act.SIGNED_IN: "signed in",
    Act.SIGN_IN_REFUSED: "was refused at the door",
    Act.PASSWORD_CHANGED: "changed the password of",
    Act.EMAIL_CHANGED: "changed the e-mail address of",
    Act.SECOND_FACTOR_ON: "turned on the second factor of",
    Act.SECOND_FACTOR_OFF: "turned off the second factor of",
    Act.RECOVERY_CODES_MADE: "made new recovery codes for",
    Act.SESSIONS_ENDED: "ended sessions of",
    Act.SECOND_FACTOR_DEMANDED: "changed whether a second factor is asked for in",
    Act.MEMBER_ADDED: "added a member",
    Act.ROLE_CHANGED: "changed the role of",
    Act.MEMBER_REMOVED: "removed a member",
    Act.INVITED: "invited",
    Act.INVITATION_WITHDRAWN: "withdrew the invitation of",
    Act.INVITATION_ACCEPTED: "accepted an invitation",
    Act.TOKEN_MADE: "made the API token",
    Act.TOKEN_REVOKED: "revoked the API token",
    Act.CONNECTED: "connected",
    Act.CONNECTION_CHANGED: "changed the connection",
    Act.CONNECTION_TESTED: "tested the connection",
    Act.CONNECTION_CAPPED: "changed the daily caps of",
    Act.KEY_ENTERED: "entered a new key, to be tested beside the one in use, for",
    Act.KEY_SWITCHED: "put the new key in use for",
    Act.KEY_DISCARDED: "threw away the new key of",
    Act.KEY_WIPED: "wiped the old key of",
    Act.GRANTED: "changed who may use",
    Act.CONNECTION_REMOVED: "removed the connection",
    Act.VAULT_REWRAPPED: "put stored secrets under the newest vault key:",
    Act.SECRETS_FORGOTTEN: "forgot the secrets, sealed with a lost key, of",
    Act.SECRET_REPLACED: "replaced the secret of the webhook",
    Act.SECRET_SHOWN: "looked at the secret of the webhook",
    Act.PUBLISHED: "published",
    Act.RESTORED: "restored",
    Act.SWITCHED_ON: "switched on",
    Act.SWITCHED_OFF: "switched off",
    Act.DELETED: "deleted the flow",
    Act.BROUGHT_BACK: "brought back the flow",
    Act.IMPORTED: "imported the flow",
    Act.EXPORTED: "exported the flow",
    Act.SHARED: "shared",
    Act.UNSHARED: "ended the sharing of",
    Act.LINK_MADE: "made a link to",
    Act.LINK_USED: "first looked through a link at",
    Act.LINK_REVOKED: "revoked a link to",
    Act.TEMPLATE_SAVED: "saved the template",
    Act.TEMPLATE_REMOVED: "removed the template",
    Act.LINKS_SWITCHED: "changed whether links work for",
    Act.BULK_BEGUN: "began an action on many runs",
    Act.BULK_STOPPED: "stopped an action on many runs",
    Act.DECIDED: "answered for a call in doubt",
    Act.APPROVED: "approved a step",
    Act.REJECTED: "rejected a step",
    Act.ERASED: "erased the data of a person",
    Act.TEAM_MADE: "made the team",
    Act.TEAM_RENAMED: "renamed the team",
    Act.TEAM_CLOSED: "deleted the team",
    Act.MEMBERS_EXPORTED: "exported the list of members",
    Act.PUBLISHING_CHANGED: "changed who may publish in",
    Act.RETENTION_CHANGED: "changed how long data are kept",
    Act.PAUSED: "paused everything",
    Act.RESUMED: "let everything go on",
    Act.AUDIT_EXPORTED: "exported the audit log",
    Act.AUDIT_PURGED: "removed old entries of the audit log",
}
"""What somebody did, as the middle of a sentence: who, this, to what."""

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "door": (
        "Signing in",
        (
            "person.signed_in",
            "person.sign_in_refused",
            "person.password_changed",
            "person.email_changed",
            "person.second_factor_on",
            "person.second_factor_off",
            "person.recovery_codes_made",
            "person.sessions_ended",
        ),
    ),
    "people": ("Members and tokens", ("member.", "invitation.", "token.")),
    "keys": ("Connections and secrets", ("connection.", "webhook.")),
    "flows": ("Flows", ("flow.", "template.")),
    "runs": ("Runs and decisions", ("run.", "runs.")),
    "data": ("Data and the team", ("person.erased", "team.", "audit.")),
}
"""The filter of the page: key -> title, beginnings of acts."""
