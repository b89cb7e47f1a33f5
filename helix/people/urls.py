"""Addresses of the Team page, below /t/<team>/team/."""

from django.urls import path

from helix.people.views import invitations, members, privacy, settings, tokens

app_name = "people"
urlpatterns = [
    path("", members.members, name="members"),
    path("leave/", members.leave, name="leave"),
    path("export/", members.export, name="export"),
    path("members/<uuid:user_id>/role/", members.role, name="role"),
    path("members/<uuid:user_id>/remove/", members.remove, name="remove"),
    path("invitations/", invitations.page, name="invitations"),
    path("invitations/<uuid:invitation_id>/again/", invitations.again, name="invite_again"),
    path("invitations/<uuid:invitation_id>/withdraw/", invitations.withdraw, name="withdraw"),
    path("tokens/", tokens.page, name="tokens"),
    path("tokens/<uuid:token_id>/revoke/", tokens.revoke, name="revoke"),
    path("privacy/", privacy.page, name="privacy"),
    path("privacy/days/", privacy.days, name="days"),
    path("privacy/person/", privacy.person, name="person"),
    path("settings/", settings.page, name="settings"),
    path("settings/publishing/", settings.publishing, name="publishing"),
    path("settings/another/", settings.another, name="another"),
    path("settings/hand-over/", settings.hand_over, name="hand_over"),
    path("settings/delete/", settings.delete, name="delete"),
]
