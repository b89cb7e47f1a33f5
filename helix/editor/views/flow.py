"""Finding the flow of a request: one of the team's, not deleted; anything else is 404."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from helix.flows.models import Flow
from helix.teams.access import TeamRequest


def flow_or_404(request: TeamRequest, flow_id: UUID) -> Flow:
    flows = Flow.objects.select_related("team", "published", "edited_by").filter(team=request.team, deleted_at=None)
    return get_object_or_404(flows, pk=flow_id)
