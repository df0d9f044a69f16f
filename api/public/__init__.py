"""What anybody may read: procedures, lists, a paper checked, a dossier looked up."""
