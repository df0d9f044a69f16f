"""One night: of a lodging, of many, and what is missing of it."""
