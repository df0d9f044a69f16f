"""Prometheus metrics of every process; with PROMETHEUS_MULTIPROC_DIR set they are gathered across processes."""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from kernel.observing.metrics_files import take_slot

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# The library's own class keeps a sparse file for each pid: a full disk kills the process that writes to it.
_slot = take_slot(Path(os.environ[_FOLDER])) if os.environ.get(_FOLDER) else None
values.ValueClass = values.MutexValue if _slot is None else values.MultiProcessValue(_slot.name)  # type: ignore[no-untyped-call]

HTTP_REQUESTS = Counter("motcua_http_requests", "Requests answered", ["operation", "status"])
HTTP_SECONDS = Histogram("motcua_http_seconds", "Time to answer", ["operation"])
TRANSITIONS = Counter("motcua_dossier_transitions", "Changes of the official status", ["to"])
EVENTS = Counter("motcua_outbox_events", "Outbox events taken by the plan drain")
ATTEMPTS = Counter("motcua_delivery_attempts", "Attempts to deliver a message", ["gateway", "outcome"])
RECEIPTS = Counter("motcua_delivery_receipts", "Delivery receipts taken", ["provider", "result"])
GATEWAY_CHANGES = Counter("motcua_gateway_changes", "Gateways out of use, tried, in use again", ["gateway", "to"])
ACCOUNT_EVENTS = Counter("motcua_account_events", "What providers tell of our account there", ["provider", "event"])
TOKEN_EXCHANGES = Counter("motcua_token_exchanges", "Exchanges of a provider's tokens", ["provider", "result"])
DRAIN_FAILURES = Counter("motcua_drain_failures", "Drain runs that ended in an error", ["drain"])


def exposition() -> bytes:
    """All metrics in the Prometheus text format."""
    folder = os.environ.get(_FOLDER)
    if not folder or not Path(folder).is_dir():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
