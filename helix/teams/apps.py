from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "helix.teams"
    label = "teams"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from helix.teams.noting import listen
        from helix.teams.sessions import begin

        user_logged_in.connect(begin, dispatch_uid="session-begins")
        listen()
