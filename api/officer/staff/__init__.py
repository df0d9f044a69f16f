"""An agency's own house: its officers, and the keys of its partners."""
