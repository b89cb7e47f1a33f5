"""The editor's addresses, below /t/<team>/flows/<flow>/."""

from django.urls import path

from helix.editor.views import choices, data, draft, edit, inspector, last_run, receiving, start, testing, versions

app_name = "editor"
urlpatterns = [
    path("", edit.edit, name="edit"),
    path("draft/", draft.draft, name="draft"),
    path("check/", draft.check, name="check"),
    path("publish/", draft.publish, name="publish"),
    path("enable/", draft.enable, name="enable"),
    path("rename/", draft.rename, name="rename"),
    path("versions/", versions.versions, name="versions"),
    path("changes/", versions.changes, name="changes"),
    path("versions/<int:number>/", versions.version, name="version"),
    path("export/", versions.export, name="export"),
    path("run/", start.run, name="run"),
    path("test/", testing.test, name="test"),
    path("samples/", testing.samples, name="samples"),
    path("pins/", testing.pins, name="pins"),
    path("result/<uuid:run_id>/<str:node>/", testing.result, name="result"),
    path("presence/", testing.presence, name="presence"),
    path("start/", start.page, name="start"),
    path("inspector/", inspector.inspector, name="inspector"),
    path("data/", data.data, name="data"),
    path("webhook/", receiving.webhook, name="webhook"),
    path("choices/", choices.choices, name="choices"),
    path("last/", last_run.last_run, name="last"),
]
