"""Template messages by Zalo."""
