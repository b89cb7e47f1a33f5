"""What Helix is compared with: a bare loop with one durable commit per step, and a raw Celery chain."""
