"""A small domain that the product does not have: ferries that sail, and passengers who are told."""
