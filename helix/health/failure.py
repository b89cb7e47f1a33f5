"""The page of a defect: it names the request, so that its lines are found in the log."""

from django.http import HttpRequest, HttpResponseServerError
from django.template import loader


def failed(request: HttpRequest) -> HttpResponseServerError:
    """Django's handler500. Without context processors: one of them may be what failed."""
    template = loader.get_template("500.html")
    return HttpResponseServerError(template.render({"request_name": request.headers.get("X-Request-Id", "")}))
