"""Notices of other domains, each with whom it tells."""
