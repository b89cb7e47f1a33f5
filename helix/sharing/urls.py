"""Addresses of a flow's sharing, below /t/<team>/flows/<flow>/share/; a link's own page is /s/<secret>/."""

from django.urls import path

from helix.sharing.views import dialog

app_name = "sharing"
urlpatterns = [
    path("", dialog.page, name="page"),
    path("who/", dialog.who, name="who"),
    path("people/", dialog.people, name="people"),
    path("links/", dialog.links, name="links"),
    path("links/<uuid:link_id>/revoke/", dialog.revoke, name="revoke"),
    path("allow/", dialog.allow, name="allow"),
]
