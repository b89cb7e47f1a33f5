"""`python -m tests.chaos.hand`: a worker's rounds without Celery, in quick succession. It starts in half the time."""

import django

django.setup()

from helix.triggers.rounds import WorkerRounds  # noqa: E402 - Django must be set up before our rooms are imported


class Hand(WorkerRounds):
    pause = busy_pause = 0.1


if __name__ == "__main__":
    Hand().go()
