"""Addresses of the door and of the account; a team's own pages live below /t/<team>/."""

from django.urls import path

from helix.teams import views

app_name = "teams"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/<str:token>/", views.link, name="link"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("account/theme/", views.theme, name="theme"),
    path("account/zone/", views.zone, name="zone"),
]
