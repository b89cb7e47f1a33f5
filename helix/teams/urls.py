"""Addresses of the door and of the account; a team's own pages live below /t/<team>/."""

from django.urls import path

from helix.teams import account_pages, confirming, second_factor_pages, signing_in, views

app_name = "teams"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/<str:token>/", signing_in.link, name="link"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("account/", account_pages.account, name="account"),
    path("account/password/", account_pages.password, name="password"),
    path("account/email/", account_pages.email, name="email"),
    path("account/email/<str:token>/", account_pages.new_address, name="new_address"),
    path("account/sessions/<int:pk>/end/", account_pages.end_one, name="end_session"),
    path("account/sessions/end-others/", account_pages.end_all_others, name="end_others"),
    path("account/confirm/", confirming.confirm_page, name="confirm"),
    path("account/second-factor/", second_factor_pages.set_up, name="second_factor"),
    path("account/second-factor/codes/", second_factor_pages.codes, name="codes"),
    path("account/second-factor/off/", second_factor_pages.turn_off, name="second_factor_off"),
    path("account/theme/", views.theme, name="theme"),
    path("account/zone/", views.zone, name="zone"),
    path("t/<slug:team>/second-factor/", second_factor_pages.of_team, name="team_second_factor"),
]
