"""Use cases of lodgings, of their reports, and of the police."""
