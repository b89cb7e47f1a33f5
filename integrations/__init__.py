"""The catalogue of services that flows can call. Plain Python: no Django, no Celery, nothing from helix."""
