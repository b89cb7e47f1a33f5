"""Addresses of the alerts, below /t/<team>/alerts/."""

from django.urls import path

from helix.alerts.views import page

app_name = "alerts"
urlpatterns = [
    path("", page.alerts, name="page"),
    path("settings/", page.of_team, name="team"),
    path("settings/<uuid:flow_id>/", page.of_flow, name="flow"),
    path("settings/<uuid:flow_id>/as-team/", page.as_team, name="as_team"),
    path("test/", page.test, name="test"),
]
