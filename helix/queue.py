"""The Celery application: carries hints over Redis to the workers. The database decides what there is to do.

Celery's Django fixup is off: it closes every database connection around each task, whatever CONN_MAX_AGE says.
"""

from celery import Celery
from django.conf import settings
from kombu.entity import Queue

DEFAULT_BROKER = "redis://127.0.0.1:6379/0"

app = Celery("helix", fixups=[])
app.conf.update(
    broker_url=settings.HELIX.REDIS_URL or DEFAULT_BROKER,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 1, "health_check_interval": 15},
    broker_pool_limit=4,
    task_ignore_result=True,
    task_acks_late=False,
    task_publish_retry=False,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    task_default_queue="helix",
    task_queues=(
        Queue("helix", no_ack=True),
    ),  # a hint may be lost: noting and confirming it costs more than carrying a step
    imports=["helix.engine.tasks", "helix.triggers.tasks"],
    timezone="UTC",
    enable_utc=True,
)
app.set_default()
