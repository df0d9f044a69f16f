"""A citizen's dossiers, files and inbox."""
