from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "helix.sharing"
    label = "sharing"

    def ready(self) -> None:
        """Links end with their maker's place."""
        from helix.sharing.links import let_go
        from helix.teams.places import when_they_leave

        when_they_leave(let_go)
