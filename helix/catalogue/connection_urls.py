"""Addresses of connections, below /t/<team>/connections/."""

from django.urls import path

from helix.catalogue.views import caps, connections, grants, receiving, rotation

app_name = "connections"
urlpatterns = [
    path("", connections.connections, name="list"),
    path("connect/", connections.connect, name="connect"),
    path("sandbox/", connections.connect_sandbox, name="sandbox"),
    path("<uuid:connection_id>/change/", connections.change, name="change"),
    path("<uuid:connection_id>/test/", connections.test, name="test"),
    path("<uuid:connection_id>/caps/", caps.change_caps, name="caps"),
    path("<uuid:connection_id>/rotation/", rotation.rotate, name="rotation"),
    path("<uuid:connection_id>/grants/", grants.grant, name="grants"),
    path("<uuid:connection_id>/remove/", connections.remove, name="remove"),
    path("<uuid:connection_id>/events/", receiving.receive, name="receive"),
    path("<uuid:connection_id>/events/<uuid:delivery_id>/again/", receiving.again, name="again"),
]
