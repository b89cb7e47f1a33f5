from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "helix.alerts"
    label = "alerts"
