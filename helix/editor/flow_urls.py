"""Addresses of the list of flows, below /t/<team>/flows/; the editor of one flow has its own (urls.py)."""

from django.urls import path

from helix.editor.views import command, filing, flows, many, taking_in, versions

app_name = "flows"
urlpatterns = [
    path("", flows.flows, name="list"),
    path("new/", flows.new, name="new"),
    path("import/", versions.import_, name="import"),
    path("<uuid:flow_id>/imported/", taking_in.imported, name="imported"),
    path("jump/", command.jump, name="jump"),
    path("deleted/", flows.deleted_flows, name="deleted"),
    path("folders/", filing.make, name="folder_new"),
    path("folders/<uuid:folder_id>/rename/", filing.rename, name="folder_rename"),
    path("folders/<uuid:folder_id>/delete/", filing.delete, name="folder_delete"),
    path("many/ask/", many.ask, name="many_ask"),
    path("many/begin/", many.begin, name="many_begin"),
    path("many/<uuid:act_id>/", many.show, name="many"),
    path("many/<uuid:act_id>/go-on/", many.go_on, name="many_go_on"),
    path("<uuid:flow_id>/filing/", filing.filing, name="filing"),
    path("<uuid:flow_id>/duplicate/", flows.duplicate, name="duplicate"),
    path("<uuid:flow_id>/restore/", flows.restore, name="restore"),
    path("<uuid:flow_id>/switch/", flows.switch, name="switch"),
    path("<uuid:flow_id>/name/", flows.rename, name="rename"),
    path("<uuid:flow_id>/delete/", flows.delete, name="delete"),
]
