from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "helix.engine"
    label = "engine"
