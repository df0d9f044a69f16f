"""Settings become objects, ports meet adapters, and events meet their handlers."""
