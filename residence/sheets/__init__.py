"""Files that go out: the empty sheet, guests, rows that came back, and the authority's own import files."""
