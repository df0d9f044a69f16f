"""Floor 1a: the tree of agencies, their working calendars, and the places of Vietnam."""
