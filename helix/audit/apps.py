from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "helix.audit"
    label = "audit"
