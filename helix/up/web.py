"""The web server's process: `python -m helix.up.web --port N [--prepare] [--no-demo]`.

With `--prepare` it first makes the database ready and prints `LINK <path>`: one load of Django does both, and no request is
answered before the tables are right.
"""

import sys

LINK = "one-time link: "
GRACE_SECONDS = 3


def prepare(*, demo: bool) -> str | None:
    """Bring the tables up to date, make the demo team unless it is there, and make a sign-in link for the first owner.

    Returns the link's path, or None when there is nobody to sign in."""
    from django.core.management import call_command
    from django.db import connection, connections
    from django.db.migrations.executor import MigrationExecutor
    from django.urls import reverse

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)

    from helix.demo import make_demo
    from helix.teams.keys import make_link
    from helix.teams.models import Member, User
    from helix.teams.roles import Role

    if demo:
        make_demo()
    owners = Member.objects.filter(role=Role.OWNER).values("user")
    owner = User.objects.filter(pk__in=owners, is_active=True).order_by("created_at").first()
    path = reverse("teams:link", kwargs={"token": make_link(owner)}) if owner else None
    connections.close_all()
    return path


def serve(port: int) -> None:
    """Answer requests of this machine until SIGTERM; open requests have three seconds to end."""
    import uvicorn

    uvicorn.run(
        "helix.asgi:application",
        http="helix.heads:Protocol",
        host="127.0.0.1",
        port=port,
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    if "--prepare" in sys.argv:
        import django

        django.setup()
        print(LINK + (prepare(demo="--no-demo" not in sys.argv) or ""), flush=True)
    serve(int(sys.argv[sys.argv.index("--port") + 1]))
