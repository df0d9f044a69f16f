"""The bare receipt as the server of web workers loads it."""

from bench.bare_receipt import load

app = load()
