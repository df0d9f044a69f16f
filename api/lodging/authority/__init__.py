"""What became of declarations at the authority: receipts, what is undelivered, its own files."""
