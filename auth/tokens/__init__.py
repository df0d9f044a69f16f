"""Access tokens (signed), refresh and log-in tokens (derived), and the keys they are signed with."""
