"""Addresses of the catalogue, below /t/<team>/catalogue/."""

from django.urls import path

from helix.catalogue.views import pages

app_name = "catalogue"
urlpatterns = [
    path("", pages.catalogue, name="list"),
    path("events/<slug:name>/", pages.event, name="event"),
    path("<str:key>/", pages.step, name="step"),
]
