"""What log-in, people and organisations are to the system."""

from typing import Final

from kernel.part import Part

PART: Final = Part(
    name="auth",
    settings=("auth.settings:AuthSettings",),
    models=("auth.models", "auth.organisations.proof_models", "auth.tokens.key_models"),
    services={
        "auth.eid": "auth.services:open_eid",
        "auth.registry": "auth.services:open_registry",
        "auth.keys": "auth.services:open_keys",
        "auth.token_reader": "auth.services:open_token_reader",
    },
    housekeeping=("auth.housekeeping:keep_keys", "auth.housekeeping:end_lapsed_clients"),
    seeds=("auth.seed:put_signing_keys",),
    sandbox_seeds=("auth.seed:put_sandbox_officers",),
    diagrams=("auth.diagrams:PAGES",),
)
