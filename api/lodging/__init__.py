"""Guest residence over HTTP: lodgings, stays, files of guests, the police."""
