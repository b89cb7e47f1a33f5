"""Pages of the REST API by keyset: a cursor is the last row's instant and id, opaque to the caller."""

import base64
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from helix.api.errors import ApiError

SIZE = 50
Row = TypeVar("Row", bound=Model)


def page(rows: QuerySet[Row], field: str, cursor: str | None) -> tuple[list[Row], str | None]:
    """At most 50 rows after the cursor, newest first by (field, id), and the cursor of the next page or None."""
    if cursor:
        instant, row_id = _read(cursor)
        rows = rows.filter(Q(**{f"{field}__lt": instant}) | Q(**{field: instant, "id__lt": row_id}))
    found = list(rows.order_by(f"-{field}", "-id")[: SIZE + 1])
    more = len(found) > SIZE
    return found[:SIZE], _write(found[SIZE - 1], field) if more else None


def _write(row: Any, field: str) -> str:
    return base64.urlsafe_b64encode(f"{getattr(row, field).isoformat()}|{row.pk}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        instant, _, row_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        return datetime.fromisoformat(instant), UUID(row_id)
    except ValueError:
        raise ApiError(
            400, "bad_cursor", "This cursor is none of ours.", "Use the “next” of the page before.", "/cursor"
        ) from None
