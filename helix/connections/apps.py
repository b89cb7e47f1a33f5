from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "helix.connections"
    label = "connections"
