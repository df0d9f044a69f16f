"""Floor 2, the HTTP edge: tokens become actors, refusals become problem documents, use cases become transactions."""
