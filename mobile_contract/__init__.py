"""What the phone may rely on: problem types, public vocabulary, the OpenAPI document. Imports nothing."""
