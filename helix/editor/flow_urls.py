"""Addresses of the list of flows, below /t/<team>/flows/; the editor of one flow has its own (urls.py)."""

from django.urls import path

from helix.editor.views import flows, taking_in, versions

app_name = "flows"
urlpatterns = [
    path("", flows.flows, name="list"),
    path("new/", flows.new, name="new"),
    path("import/", versions.import_, name="import"),
    path("<uuid:flow_id>/imported/", taking_in.imported, name="imported"),
    path("jump/", flows.jump, name="jump"),
    path("<uuid:flow_id>/switch/", flows.switch, name="switch"),
    path("<uuid:flow_id>/name/", flows.rename, name="rename"),
    path("<uuid:flow_id>/delete/", flows.delete, name="delete"),
]
