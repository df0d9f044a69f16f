"""Every outside party on loopback, each speaking its own wire protocol; `python -m sandbox` runs them all."""
