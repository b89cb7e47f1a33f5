"""Addresses of the charts, below /t/<team>/insights/."""

from django.urls import path

from helix.insights.views import page

app_name = "insights"
urlpatterns = [
    path("", page.insights, name="page"),
    path("flow/<uuid:flow_id>/", page.of_flow, name="flow"),
]
