"""A sandbox process, the kit's client in front of it, and Customer.io's official Python clients."""

import datetime
import ipaddress
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from integrations.catalog import ACTIONS
from integrations.customerio.sandbox.auth import APP_KEY, PIPELINES_KEY, SITE_ID, TRACK_KEY
from integrations.kit.auth import Credentials
from integrations.kit.client import Client, Reply, open_client, send
from tests.fakes.sandbox import SandboxProcess, start_sandbox

KEY = "01J8ZK3Q5A16NDYYKAZMQKQR0N"
SECRETS = {"site_id": SITE_ID, "track_key": TRACK_KEY, "app_key": APP_KEY, "pipelines_key": PIPELINES_KEY}
Send = Callable[..., Reply]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = start_sandbox(tmp_path_factory.mktemp("sandbox"))
    yield process
    process.stop()


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.reset()
    process.settings(enforce_rates=False)
    return process


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    with open_client() as client:
        yield client


@pytest.fixture
def helix(sandbox: SandboxProcess, client: Client) -> Send:
    """Sends an action by the kit, as a worker does: helix("track_event", userId=…)."""

    def call(action: str, /, secrets: dict[str, str] | None = None, **given: Any) -> Reply:
        held = {name: SecretStr(value) for name, value in (secrets or SECRETS).items()}
        credentials = Credentials("customerio", "us", held, base_url=sandbox.url, name="sandbox")
        return send(
            ACTIONS[f"customerio.{action}"], given, credentials, client=client, idempotency_key=KEY, timeout_seconds=10
        )

    return call


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """The sandbox under TLS, since the official Track client speaks https only; its certificate is trusted by `requests`."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = make_certificate(folder)
    process = start_sandbox(folder, "--tls-cert", str(certificate), "--tls-key", str(key), scheme="https")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        yield process
    process.stop()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths
