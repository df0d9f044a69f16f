"""Texts: folded, spelled, named, counted, in two languages."""
