"""Forms of procedures: their schema, the formats of Vietnam, and values checked against them."""
