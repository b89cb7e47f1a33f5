from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "helix.sharing"
    label = "sharing"
