"""Every address of Helix, room by room."""

from django.urls import include, path

from helix.api.docs import docs
from helix.api.urls import api
from helix.health.doors import healthz, readyz
from helix.metrics.door import metrics
from helix.people.views.join import join
from helix.runs.live import events
from helix.sharing.views.public import public
from helix.triggers.intake.door import receive

handler500 = "helix.health.failure.failed"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("live/t/<slug:team>/runs/<uuid:run_id>", events, name="live_run"),
    path("h/<slug:team>/<str:path>", receive, name="intake"),
    path("s/<str:secret>/", public, name="shared"),
    path("api/v1/", api.urls),
    path("api/docs/", docs, name="api_docs"),
    path("", include("helix.teams.door_urls")),
    path("", include("helix.teams.urls")),
    path("join/<str:key>/", join, name="join"),
    path("t/<slug:team>/team/", include("helix.people.urls")),
    path("t/<slug:team>/flows/", include("helix.editor.flow_urls")),
    path("t/<slug:team>/flows/<uuid:flow_id>/", include("helix.editor.urls")),
    path("t/<slug:team>/flows/<uuid:flow_id>/share/", include("helix.sharing.urls")),
    path("t/<slug:team>/runs/", include("helix.runs.urls")),
    path("t/<slug:team>/schedule/", include("helix.planner.urls")),
    path("t/<slug:team>/templates/", include("helix.gallery.urls")),
    path("t/<slug:team>/insights/", include("helix.insights.urls")),
    path("t/<slug:team>/alerts/", include("helix.alerts.urls")),
    path("t/<slug:team>/connections/", include("helix.catalogue.connection_urls")),
    path("t/<slug:team>/audit/", include("helix.trail.urls")),
    path("t/<slug:team>/catalogue/", include("helix.catalogue.urls")),
    path("t/<slug:team>/sandbox/", include("helix.catalogue.sandbox_urls")),
]
