"""Calls to somebody else's server that may wait: claim, call, record, ask.

A domain joins with its tables and four classes behind the protocols of `ports`: a ledger (its transactions), a caller
(its calls), inquiries (its questions about calls whose end nobody saw) and, if it needs one, a watch. `drain` runs
them; `run` lets claims, calls and records overlap, `inquirer` asks beside them, `recording` outlasts a database that
is away. `leases` ends those that ran out. `outcomes` and `retry` are what an end of a call means and when the next one
is due; `breaker`, `pool` and `shared_pool` choose among gateways and spare one that is ill.
"""
