"""Calls to a server of somebody else."""
