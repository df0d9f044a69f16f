"""Procedures (thủ tục) as data: definition, loading, checks, and the versions published."""
