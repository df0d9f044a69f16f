"""What a dossier looks like to those who may see it."""
