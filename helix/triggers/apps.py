from django.apps import AppConfig


class TriggersConfig(AppConfig):
    name = "helix.triggers"
    label = "triggers"
