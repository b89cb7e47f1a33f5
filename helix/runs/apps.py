from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "helix.runs"
    label = "runs"
