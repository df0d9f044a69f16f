"""Floor 1: the dossier, from the catalogue it is filed under to the result handed over."""
