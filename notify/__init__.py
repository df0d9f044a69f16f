"""Floor 1: events become notifications, deliveries, attempts and receipts. Knows a dossier only by ports."""
