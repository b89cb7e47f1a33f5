"""Sandbox processes, the kit's client in front of them, and Customer.io's official Python clients."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

# By their own modules: both wheels bring a customerio/__init__.py, and the one installed last wins.
from customerio.analytics import request as analytics_request
from customerio.analytics.client import Client as Analytics
from customerio.api import APIClient
from customerio.track import CustomerIO
from pydantic import SecretStr

from integrations.catalog import CUSTOMERIO
from integrations.customerio.sandbox.auth import APP_KEY, PIPELINES_KEY, SITE_ID, TRACK_KEY
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, Reply, open_client, send
from tests.fakes.certificate import make_certificate
from tests.fakes.sandbox import SandboxProcess, start_sandbox

ACTIONS = {action.key: action for action in CUSTOMERIO.actions}

KEY = "01J8ZK3Q5A16NDYYKAZMQKQR0N"
SECRETS = {"site_id": SITE_ID, "track_key": TRACK_KEY, "app_key": APP_KEY, "pipelines_key": PIPELINES_KEY}
Send = Callable[..., Reply]


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(tmp_path_factory.mktemp("sandbox"))
    yield process
    analytics_request._session.close()  # the Pipelines client keeps connections, and has no way to close them
    process.stop()


@pytest.fixture
def sandbox(plain: SandboxProcess) -> SandboxProcess:
    """The sandbox as new, but for the rates, which would only slow the tests down."""
    plain.reset()
    plain.settings(enforce_rates=False)
    return plain


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """The sandbox under TLS, since the official Track client speaks https only; its certificate is trusted by `requests`."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = make_certificate(folder)
    process = start_sandbox(folder, "--tls-cert", str(certificate), "--tls-key", str(key), scheme="https")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield process
    process.stop()


@pytest.fixture
def tls(secured: SandboxProcess) -> SandboxProcess:
    secured.reset()
    return secured


@pytest.fixture
def track(tls: SandboxProcess) -> Iterator[CustomerIO]:
    """The official Track client, version 1 and the batch of version 2."""
    with CustomerIO(SITE_ID, TRACK_KEY, host="127.0.0.1", port=tls.port, retries=0) as client:
        yield client


@pytest.fixture
def transactional(sandbox: SandboxProcess) -> Iterator[APIClient]:
    """The official App client."""
    with APIClient(APP_KEY, url=sandbox.url, retries=0) as client:
        yield client


@pytest.fixture
def analytics(sandbox: SandboxProcess) -> Analytics:
    """The official Pipelines client, answering only when a call has arrived."""
    return Analytics(PIPELINES_KEY, host=sandbox.url, sync_mode=True)


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    with open_client() as client:
        yield client


@pytest.fixture
def helix(sandbox: SandboxProcess, client: Client) -> Send:
    """Sends an action by the kit, as a worker does: helix("track_event", userId=…)."""

    def call(action: str, /, secrets: dict[str, str] | None = None, key: str = KEY, **given: Any) -> Reply:
        held = {name: SecretStr(value) for name, value in (secrets or SECRETS).items()}
        credentials = Credentials("customerio", "us", held, base_url=sandbox.url, name="sandbox")
        chosen = ACTIONS[f"customerio.{action}"]
        return send(chosen, given, credentials, client=client, idempotency_key=key, timeout_seconds=10)

    return call
