"""What outside parties post to us: authenticated over the raw bytes, deduplicated, stored, answered at once."""
