"""The project itself as an application: management commands, and the queue, which every process of Helix rings."""

from importlib import import_module

from django.apps import AppConfig


class HelixConfig(AppConfig):
    name = "helix"
    label = "helix"

    def ready(self) -> None:
        import_module("helix.queue")
