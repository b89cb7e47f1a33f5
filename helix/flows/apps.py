from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "helix.flows"
    label = "flows"
