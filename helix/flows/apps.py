from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "helix.flows"
    label = "flows"

    def ready(self) -> None:
        """Addresses that name a flow are open to those who may; grants end with their person's place."""
        from helix.flows.access import let_go, of_address
        from helix.teams.access import tells_of_flows
        from helix.teams.places import when_they_leave

        tells_of_flows(of_address)
        when_they_leave(let_go)
