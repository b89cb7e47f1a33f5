import pytest

from tests.unit.sandbox.door import Door


@pytest.fixture
def door() -> Door:
    return Door()
