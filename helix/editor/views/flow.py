"""Finding the flow of a request: one that the member sees, not deleted; anything else is 404."""

from uuid import UUID

from django.http import Http404

from helix.flows.access import flows_for
from helix.flows.models import Flow
from helix.teams.access import TeamRequest


def flow_or_404(request: TeamRequest, flow_id: UUID) -> Flow:
    flows = flows_for(request.member).select_related("team", "published", "edited_by")
    flow = flows.filter(pk=flow_id).first()
    if flow is None:
        raise Http404
    return flow
