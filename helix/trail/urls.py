"""Addresses of the audit log, below /t/<team>/audit/."""

from django.urls import path

from helix.trail.views import page

app_name = "trail"
urlpatterns = [
    path("", page.audit, name="page"),
    path("export/", page.export, name="export"),
]
