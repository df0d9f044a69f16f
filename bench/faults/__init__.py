"""Fault drills: work goes on while something breaks, again and again; then what went out is held against the orders.

`python -m bench.faults ROW [--seeds N] [--json]`, `python -m bench.faults list`. The provider's own list of what it
took is the witness, the committed dossiers are the orders, and nothing is believed that the system alone says.
"""
