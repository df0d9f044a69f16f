"""The citizen's own dossiers."""
