"""The commands of `motcua`, one module a group."""
