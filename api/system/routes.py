"""Is it alive, is it ready, what does it count, and which keys sign its tokens."""

import hmac
import ipaddress
from typing import Any

import flask
import structlog

from api.container import HealthCheck
from api.edge.blueprint import Blueprint
from api.edge.context import container, here
from api.edge.security import bearer_token
from api.system.schemas import LivenessAnswer, PublicKeysAnswer, ReadinessAnswer
from kernel.database.servers import ServerError
from kernel.errors import DomainError
from kernel.observing.metrics import exposition

blueprint = Blueprint("system", description="Health and metrics.")
_log = structlog.get_logger()


@blueprint.operation("GET", "/health/live", "readLiveness", answer=LivenessAnswer())
def read_liveness() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@blueprint.operation("GET", "/health/ready", "readReadiness", answer=ReadinessAnswer(), problems=("unavailable",))
def read_readiness() -> Any:
    """Whether requests may be sent here: 200 when every required part holds, else 503."""
    checks = container().health_checks
    found = {name: _look(name, check) for name, check in checks.items()}
    told: dict[str, Any] = {"checks": {name: "ok" if fault is None else "failed" for name, fault in found.items()}}
    if reasons := {name: fault for name, fault in found.items() if fault}:
        told["reasons"] = reasons
    failed = [name for name, fault in found.items() if fault is not None]
    if any(checks[name].required for name in failed):
        return DomainError("unavailable", **told)
    return {"status": "degraded" if failed else "ok", **told}


@blueprint.operation("GET", "/metrics", "readMetrics", media_type="text/plain", problems=("not_found",))
def read_metrics() -> flask.Response:
    """Prometheus metrics, for callers on this machine or with the metrics token."""
    if not (_on_this_machine() or _holds_metrics_token()):
        raise DomainError("not_found")
    return flask.Response(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.operation("GET", "/.well-known/jwks.json", "readPublicKeys", answer=PublicKeysAnswer())
def read_public_keys() -> flask.Response:
    """The public keys of access tokens (RFC 7517), the next one included."""
    response = flask.jsonify(container().keys.jwks())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _look(name: str, check: HealthCheck) -> str | None:
    """None when the check passes; else why not, "" where nobody can say."""
    try:
        return None if check.passes() else ""
    except ServerError as fault:
        _log.warning("health.check_failed", check=name, error=fault.en)
        return fault.vi if here().language == "vi" else fault.en
    except Exception as error:
        _log.warning("health.check_failed", check=name, error=type(error).__name__)
        return ""


def _on_this_machine() -> bool:
    request = here()
    # A proxy on this machine calls from loopback too, so anything that was forwarded counts as from afar.
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _holds_metrics_token() -> bool:
    wanted = container().api.metrics_token
    if not wanted or "Authorization" not in here().headers:
        return False
    return hmac.compare_digest(bearer_token(here()).encode(), wanted.encode())
