"""Whether a procedure file is sound."""
