"""A system on one machine: its ports, its state folder, and calls to what listens here."""
