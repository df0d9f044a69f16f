"""Lists of codes to choose from."""
