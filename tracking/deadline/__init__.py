"""The deadline of a dossier: its clock, and the clock in words."""
