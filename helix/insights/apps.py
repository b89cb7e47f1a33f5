from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "helix.insights"
    label = "insights"
