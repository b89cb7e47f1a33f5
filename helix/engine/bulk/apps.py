from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "helix.engine.bulk"
    label = "bulk"
