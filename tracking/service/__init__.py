"""Use cases of dossiers: drafted, filed, worked on, searched, told."""
