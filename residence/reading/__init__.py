"""What guests' values say: cells, days, names, cards and machine-readable zones."""
