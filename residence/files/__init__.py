"""Files of guests as they come: recognised by their bytes, read row by row, refused where they could do harm."""
