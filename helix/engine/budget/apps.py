from django.apps import AppConfig


class BudgetConfig(AppConfig):
    name = "helix.engine.budget"
    label = "budget"
