"""Addresses of runs, below /t/<team>/runs/."""

from django.urls import path

from helix.runs.views import acts, attention, bulk, download, listing, page

app_name = "runs"
urlpatterns = [
    path("", listing.runs, name="list"),
    path("search/", listing.search, name="search"),
    path("person/", listing.of_person, name="of_person"),
    path("many/", bulk.listing, name="bulk_list"),
    path("many/ask/", bulk.ask, name="bulk_ask"),
    path("many/begin/", bulk.begin, name="bulk_begin"),
    path("many/<uuid:action_id>/", bulk.show, name="bulk"),
    path("many/<uuid:action_id>/stop/", bulk.halt, name="bulk_stop"),
    path("attention/", attention.page, name="attention"),
    path("attention/count/", attention.count, name="attention_count"),
    path("attention/answer/", attention.answer_all, name="answer_all"),
    path("<uuid:run_id>/", page.run, name="run"),
    path("<uuid:run_id>/timeline/", page.timeline, name="timeline"),
    path("<uuid:run_id>/state.json", page.state, name="state"),
    path("<uuid:run_id>/steps/<uuid:step_id>/", page.step, name="step"),
    path("<uuid:run_id>/steps/<uuid:step_id>/<str:part>.json", download.download, name="download"),
    path("<uuid:run_id>/steps/<uuid:step_id>/resolve/", acts.answer, name="resolve"),
    path("<uuid:run_id>/cancel/", acts.cancel, name="cancel"),
    path("<uuid:run_id>/again/", acts.again, name="again"),
    path("<uuid:run_id>/newest/", acts.newest, name="newest"),
    path("<uuid:run_id>/go-on/", acts.go_on, name="go_on"),
    path("<uuid:run_id>/steps/<uuid:step_id>/approve/", acts.approve, name="approve"),
]
