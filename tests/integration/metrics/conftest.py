"""The team and flows of the charts' tests serve here, too."""

from tests.integration.insights.conftest import flows, team

__all__ = ["flows", "team"]
