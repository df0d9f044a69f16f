"""What a guest may be: one set of rules for every way in, from a file to a scanned document."""
