"""Use cases of organisations: members, claims, proofs, keys, succession."""
