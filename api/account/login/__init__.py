"""Log-in, tokens, sessions and phones of the caller. Secrets travel in bodies only."""
