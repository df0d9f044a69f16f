"""Files of guests: checked as a whole, accepted row by row."""
