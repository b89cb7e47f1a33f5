from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "helix.teams"
    label = "teams"

    def ready(self) -> None:
        from helix.teams.noting import listen

        listen()
