"""Spans of runs and attempts for OpenTelemetry: off, and nothing of it loaded, unless OTEL_EXPORTER_OTLP_ENDPOINT is set."""
