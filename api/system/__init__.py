"""Health, readiness, metrics, public keys."""
