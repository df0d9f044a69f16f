"""Queues that more than one domain rings."""

from typing import Final

PLAN: Final = "plan"
URGENT: Final = "urgent"
SWEEP: Final = "sweep"
