"""Floor 0: what every domain stands on. Imports no other package of ours."""
