"""Measurements, each against its own limit, and the journey of a dossier over HTTP that they and the tests share."""
