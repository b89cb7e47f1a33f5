from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "helix.engine"
    label = "engine"

    def ready(self) -> None:
        """Addresses that name a run are open to those who see its flow."""
        from helix.engine.models import Run
        from helix.flows.access import leads_to_a_flow

        leads_to_a_flow("run_id", lambda pk: Run.objects.filter(pk=pk).values_list("flow_id", flat=True).first())
