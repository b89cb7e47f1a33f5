from django.apps import AppConfig


class PlannerConfig(AppConfig):
    name = "helix.planner"
    label = "planner"
