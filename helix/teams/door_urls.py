"""The two addresses that allauth knows by names of its own: the door, and its second step. Nothing else of allauth is routed."""

from django.urls import path

from helix.teams import signing_in

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="account_login"),
    path("sign-in/code/", signing_in.second_step, name="mfa_authenticate"),
]
