"""Where one domain hears of another: an event to its handler, a port to who keeps the answer."""
