"""Stands first on the path of a process whose wall clock is stepped: Python loads its `sitecustomize` at the start."""
