"""What the tables know of the gateways: how each one is doing, and what waits for one that is back."""
