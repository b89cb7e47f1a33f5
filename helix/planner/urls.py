"""Addresses of the Schedule page, below /t/<team>/schedule/."""

from django.urls import path

from helix.planner.views import page, pause

app_name = "planner"
urlpatterns = [
    path("", page.schedule, name="page"),
    path("fires/<int:fire_id>/run/", page.make_up, name="make_up"),
    path("pause/", pause.pause, name="pause"),
    path("resume/", pause.resume, name="resume"),
]
