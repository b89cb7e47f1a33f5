"""Is Helix well? Findings for `doctor`, /healthz and /readyz: each a sentence, with what to do."""
