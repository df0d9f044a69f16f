"""The bare refresh as the server of web workers loads it."""

from bench.bare_refresh import load

app = load()
