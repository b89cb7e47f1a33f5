"""A connection that nears its daily cap is told of once, and again only when that begins anew."""

import pytest
from django.utils import timezone

from helix.alerts.duties import look_at_caps
from helix.alerts.models import AlertRule, Notice
from helix.alerts.standing import CAPPED
from helix.connections.keeping import save_connection
from helix.engine.budget.models import DailyUse
from tests.build import cast


@pytest.mark.django_db
def test_four_fifths_are_told_once() -> None:
    team, _ = cast()
    AlertRule.objects.create(team=team, kinds=[CAPPED], addresses=["ops@example.com"])
    connection = save_connection(team, name="production", secrets={"app_key": "key-of-the-app"})
    use = DailyUse.objects.create(connection=connection, day=timezone.now().date(), kind="broadcasts", used=7)

    look_at_caps(timezone.now())
    assert not Notice.objects.exists()
    DailyUse.objects.filter(pk=use.pk).update(used=8)
    look_at_caps(timezone.now())
    look_at_caps(timezone.now())

    notice = Notice.objects.get()
    assert notice.subject == "[Helix] The connection “production” has used most of its daily cap"
    assert "8 of 10 broadcast triggers" in notice.text
