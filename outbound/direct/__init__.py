"""Calls to somebody else's server that a request waits for.

`parties` bounds them: so many at once, one deadline for all the calls of one matter, none while the party is known not
to answer. `http` makes them. A caller is told at its deadline at the latest, whatever the other side does.
"""
