"""What log-in, people and organisations are to the system."""

from typing import Final

from kernel.part import Part

_WORDS: Final = "auth.notices.words"
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
    notices={
        "phone.ended": f"{_WORDS}:ENDED_PHONES",
        "person.number_corrected": f"{_WORDS}:CORRECTED_NUMBERS",
        "person.second_account": f"{_WORDS}:SECOND_ACCOUNTS",
        **dict.fromkeys(("clients.ending", "clients.ended", "clients.taken_over"), f"{_WORDS}:CLIENTS"),
        **dict.fromkeys(
            (
                "organisation.proved",
                "organisation.disputed",
                "organisation.reopened",
                "organisation.contested",
                "organisation.paper_refused",
            ),
            f"{_WORDS}:CLAIMS",
        ),
    },
    urgent_notices={"phone_proof.requested": f"{_WORDS}:CODES"},
    texts="auth.notices",
    diagrams=("auth.diagrams:PAGES",),
)
