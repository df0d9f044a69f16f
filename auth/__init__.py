"""Who is calling: electronic identity, sessions and tokens, officers, and the proof of a phone number."""
