from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "helix.teams"
    label = "teams"
