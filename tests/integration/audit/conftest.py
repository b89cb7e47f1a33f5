"""The worlds of the security tests."""

from tests.integration.security.conftest import other, world

__all__ = ["other", "world"]
