"""The officer's desk: inbox, one dossier, and what is done with it."""
