"""Addresses of the sandbox's page, below /t/<team>/sandbox/."""

from django.urls import path

from helix.catalogue.views import sandbox

app_name = "sandbox"
urlpatterns = [
    path("", sandbox.page, name="page"),
    path("requests/", sandbox.received, name="requests"),
    path("faults/", sandbox.faults, name="faults"),
    path("behaviour/", sandbox.behaviour, name="behaviour"),
    path("reset/", sandbox.reset, name="reset"),
    path("clear/", sandbox.clear, name="clear"),
    path("webhook/", sandbox.webhook, name="webhook"),
]
