"""Resend as an integration."""

from integrations.kit.families import Family
from integrations.kit.integration import Integration, by_reading
from integrations.resend.emails import list_domains, send_email

INTEGRATION = Integration(
    key="resend",
    title="Resend",
    help="Sends transactional e-mail from your own domain.",
    actions=(send_email, list_domains),
    families=(
        Family(
            "resend",
            "API key",
            "From “API Keys” in Resend; it must be allowed to read domains.",
            {"api_key": "API key"},
        ),
    ),
    probe=by_reading(list_domains, "resend"),
)
