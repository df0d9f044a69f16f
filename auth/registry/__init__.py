"""The national business registry: a port and its adapter over HTTP."""
