"""The ways a text can leave the house, each behind `port.Gateway`."""
