from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "helix.connections"
    label = "connections"

    def ready(self) -> None:
        """Grants end with their person's place."""
        from helix.connections.grants import let_go
        from helix.teams.places import when_they_leave

        when_they_leave(let_go)
