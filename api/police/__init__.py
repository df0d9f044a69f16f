"""The side of the commune police."""
