import json
from collections import defaultdict
from pathlib import Path

from auth.seed import sandbox_officers
from kernel.texts.vietnam import parse_identity_number


def test_the_sandbox_officers_can_log_in_and_cover_every_step() -> None:
    people = json.loads(Path("sandbox/people.json").read_text(encoding="utf-8"))["people"]
    names = {person["citizen_pid"]: person["name"] for person in people}
    officers = sandbox_officers()
    assert {officer.identity_number: officer.full_name for officer in officers}.items() <= names.items()
    assert all(parse_identity_number(officer.identity_number) for officer in officers)
    roles: defaultdict[str, set[str]] = defaultdict(set)
    for officer in officers:
        roles[officer.agency_code].update(officer.roles)
    for commune in ("H17.20551", "H17.20587"):
        assert roles[commune] >= {"receiver", "appraiser", "leader", "hand_over"}
    assert roles["H17.CA.20551"] == {"resident_police"}
    assert roles["H17"] == {"admin"}
