"""Workflows of n8n as flows: what has a counterpart becomes a step, the rest a marked placeholder. Pure, no I/O."""

from helix.flows.n8n.convert import Converted, convert
from helix.flows.n8n.reading import NotTaken, is_workflow
from helix.flows.n8n.report import Line, Report

__all__ = ["Converted", "Line", "NotTaken", "Report", "convert", "is_workflow"]
