"""Addresses of the gallery of templates, below /t/<team>/templates/."""

from django.urls import path

from helix.gallery.views import own, pages

app_name = "gallery"
urlpatterns = [
    path("", pages.templates, name="list"),
    path("save/<uuid:flow_id>/", own.save, name="save"),
    path("<slug:template>/", pages.template, name="template"),
    path("<slug:template>/use/", pages.use, name="use"),
    path("<slug:template>/remove/", own.remove, name="remove"),
]
