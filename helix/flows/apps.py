from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "helix.flows"
    label = "flows"

    def ready(self) -> None:
        """Addresses that name a flow are open to those who may."""
        from helix.flows.access import of_address
        from helix.teams.access import tells_of_flows

        tells_of_flows(of_address)
