"""Floor 1a: files that people send in pieces, and what their bytes say they are."""
