"""The texts of what messages themselves are told of."""
