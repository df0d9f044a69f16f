"""Several may claim one tax code, one of them at most proves it, and nobody keeps the rightful owner out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, text

from auth.models import Organisation
from auth.organisations.proof_models import OrganisationChange
from auth.registry.port import RegistryEntry
from kernel.outbox import OutboxEvent
from kernel.storage import FolderStore
from tests.api.account_support import PEOPLE, House
from tests.api.edge_support import bearer

NUMBER = "4001234567"
PDF = b"%PDF-1.7 giay chung nhan"
THU, MAU, GIA = ("code-of-thu", "code-of-mau", "code-of-gia")


@dataclass
class Town:
    """People who claim a tax code, the registry, and an officer who checks papers."""

    house: House
    asked: int = 0

    def claim(self, who: str, number: str = NUMBER, kind: str = "hotel") -> str:
        made = self.register(who, number, kind)
        assert made.status_code == 201
        return str(made.get_json()["id"])

    def register(self, who: str, number: str = NUMBER, kind: str = "hotel") -> Any:
        body = {"kind": kind, "name": f"Khách sạn {who}", "registration_number": number, "display_name": "Chủ"}
        return self.post("/v1/organisations", self.house.log_in(who), body)

    def post(self, path: str, tokens: dict[str, Any], body: dict[str, Any]) -> Any:
        self.asked += 1
        return self.house.post(path, tokens, f"k-{self.asked}", body)

    def standing(self, who: str, organisation: str) -> str:
        shown = self.house.get(f"/v1/organisations/{organisation}", self.house.log_in(who)).get_json()
        return str(shown["standing"])

    def by_registry(self, who: str, organisation: str, number: str = NUMBER, *, names: str | None = None) -> Any:
        entry = RegistryEntry(
            number, "Công ty Sao Mai Thử", active=True, representatives=frozenset({PEOPLE[names or who][1]})
        )
        self.house.container.registry.entries[number] = entry
        return self.post(f"/v1/organisations/{organisation}/proofs/registry", self.house.log_in(who), {})

    def by_eid(self, who: str, organisation: str, code: str = "code-of-hotel") -> Any:
        tokens = self.house.log_in(who)
        started = self.post(f"/v1/organisations/{organisation}/proofs/eid", tokens, {}).get_json()
        return self.complete(organisation, started, tokens, code)

    def complete(self, organisation: str, started: dict[str, Any], tokens: dict[str, Any], code: str) -> Any:
        (state,) = parse_qs(urlsplit(started["authorization_url"]).query)["state"]
        body = {"code": code, "state": state, "login_secret": started["login_secret"]}
        return self.post(f"/v1/organisations/{organisation}/proofs/eid/{started['login_id']}/complete", tokens, body)

    def send_paper(self, who: str, organisation: str, content: bytes = PDF, agency: str = "H17.1") -> Any:
        return self.house.client.put(
            f"/v1/organisations/{organisation}/proofs/paper?agency_code={agency}",
            data=content,
            content_type="application/octet-stream",
            headers=bearer(self.house.log_in(who)["access_token"]),
        )

    def officer(self) -> dict[str, Any]:
        return self.house.log_in(GIA, role="officer")

    def papers(self) -> list[dict[str, Any]]:
        return list(self.house.get("/v1/staff/organisation-papers", self.officer()).get_json()["items"])

    def decide(self, paper: str, how: str, **body: str) -> Any:
        return self.post(f"/v1/staff/organisation-papers/{paper}/{how}", self.officer(), body)

    def told(self, organisation: str) -> list[str]:
        with self.house.container.database.transaction() as session:
            rows = session.scalars(select(OutboxEvent).where(OutboxEvent.kind.startswith("organisation.")))
            return [row.kind for row in sorted(rows, key=lambda row: row.seq) if str(row.subject_id) == organisation]


@pytest.fixture
def town(house: House, tmp_path: Path) -> Town:
    house.container.files = FolderStore(tmp_path)
    house.log_in(GIA)
    house.appoint("Lê Văn Giả")
    with house.container.database.transaction() as session:
        session.execute(text('UPDATE officer SET roles = \'["appraiser", "admin"]\''))
    return Town(house)


def test_a_claim_keeps_nobody_from_registering(town: Town) -> None:
    first, second = town.claim(THU), town.claim(MAU)
    assert (town.standing(THU, first), town.standing(MAU, second)) == ("claimed", "claimed")
    again = town.register(THU)
    assert (again.status_code, again.get_json()["code"]) == (409, "organisation_known")


@pytest.mark.parametrize("prove", [Town.by_registry, Town.by_eid])
def test_a_proof_disputes_the_other_claims_and_tells_them(town: Town, prove: Callable[..., Any]) -> None:
    squatter, owner = town.claim(THU), town.claim(MAU)
    proved = prove(town, MAU, owner)
    assert (proved.status_code, proved.get_json()["standing"]) == (200, "proved")
    assert town.standing(THU, squatter) == "disputed"
    assert (town.told(squatter), town.told(owner)) == (["organisation.disputed"], ["organisation.proved"])
    late = town.claim(GIA)
    assert town.standing(GIA, late) == "disputed"


def test_the_proof_gives_the_name(town: Town) -> None:
    owner = town.claim(MAU)
    assert town.by_registry(MAU, owner).get_json()["name"] == "Công ty Sao Mai Thử"
    assert town.by_eid(MAU, owner).get_json()["name"] == "CÔNG TY KHÁCH SẠN SAO MAI THỬ"


def test_the_registry_must_know_name_the_caller_and_answer(town: Town) -> None:
    owner = town.claim(MAU)
    asked = f"/v1/organisations/{owner}/proofs/registry"
    assert town.post(asked, town.house.log_in(MAU), {}).get_json()["code"] == "registry_unknown"
    assert town.by_registry(MAU, owner, names=THU).get_json()["code"] == "registry_names_others"
    entry = RegistryEntry(NUMBER, "Đã giải thể", active=False, representatives=frozenset({PEOPLE[MAU][1]}))
    town.house.container.registry.entries[NUMBER] = entry
    assert town.post(asked, town.house.log_in(MAU), {}).get_json()["code"] == "registry_unknown"
    town.house.container.registry.away = True
    silent = town.post(asked, town.house.log_in(MAU), {})
    assert (silent.status_code, silent.get_json()["code"], silent.headers["Retry-After"]) == (
        503,
        "registry_unavailable",
        "30",
    )
    assert town.standing(MAU, owner) == "claimed"


@pytest.mark.parametrize("code", ["code-of-company", "code-of-mau"])
def test_another_account_proves_nothing(town: Town, code: str) -> None:
    owner = town.claim(MAU)
    assert town.by_eid(MAU, owner, code).get_json()["code"] == "organisation_account_needed"
    assert town.standing(MAU, owner) == "claimed"


def test_a_log_in_for_a_proof_opens_no_session_and_a_session_proves_nothing(town: Town) -> None:
    owner, tokens = town.claim(MAU), town.house.log_in(MAU)
    started = town.post(f"/v1/organisations/{owner}/proofs/eid", tokens, {}).get_json()
    assert town.house.complete(started, code="code-of-mau").get_json()["code"] == "login_failed"
    ordinary = town.house.start()
    refused = town.complete(owner, ordinary, tokens, "code-of-hotel")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "organisation_proof_failed")
    other = town.claim(THU, "4007654321")
    foreign = town.complete(other, started, town.house.log_in(THU), "code-of-company")
    assert foreign.get_json()["code"] == "organisation_proof_failed"


def test_the_account_of_an_organisation_is_nobodys_own(town: Town) -> None:
    refused = town.house.complete(town.house.start(), code="code-of-hotel")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "organisation_account")


def test_a_household_is_proved_by_its_owners_own_number(town: Town) -> None:
    own = town.claim(MAU, PEOPLE[MAU][1], "household_business")
    assert town.standing(MAU, own) == "proved"
    squatter = town.claim(THU, PEOPLE[GIA][1], "household_business")
    assert town.standing(THU, squatter) == "claimed"
    assert town.standing(GIA, town.claim(GIA, PEOPLE[GIA][1], "household_business")) == "proved"
    assert town.standing(THU, squatter) == "disputed"


def test_a_paper_is_checked_by_an_officer(town: Town) -> None:
    owner, squatter = town.claim(MAU), town.claim(THU)
    sent = town.send_paper(MAU, owner)
    assert (sent.status_code, sent.get_json()["paper"]["state"]) == (200, "submitted")
    (paper,) = town.papers()
    assert (paper["registration_number"], paper["standing"]) == (NUMBER, "claimed")
    assert [(each["id"], each["standing"]) for each in paper["rivals"]] == [(squatter, "claimed")]
    read = town.house.get(f"/v1/staff/organisation-papers/{paper['id']}/file", town.officer())
    assert (read.data, read.mimetype, read.headers["Cache-Control"]) == (PDF, "application/pdf", "no-store")
    assert town.decide(paper["id"], "acceptance").get_json()["standing"] == "proved"
    assert town.decide(paper["id"], "refusal", reason="Sai tên").get_json()["code"] == "paper_decided"
    assert (town.standing(MAU, owner), town.standing(THU, squatter), town.papers()) == ("proved", "disputed", [])


def test_a_refused_paper_says_why_and_leaves_the_claim(town: Town) -> None:
    owner = town.claim(MAU)
    town.send_paper(MAU, owner)
    town.decide(town.papers()[0]["id"], "refusal", reason="Ảnh chụp không đọc được")
    shown = town.house.get(f"/v1/organisations/{owner}", town.house.log_in(MAU)).get_json()
    assert (shown["standing"], shown["paper"]["reason"]) == ("claimed", "Ảnh chụp không đọc được")
    assert town.told(owner) == ["organisation.paper_refused"]


@pytest.mark.parametrize(
    ("content", "agency", "status"),
    [(b"GIF89a", "H17.1", 415), (b"", "H17.1", 415), (b"%PDF-" + b"0" * (10 << 20), "H17.1", 413), (PDF, "H99", 422)],
)
def test_a_paper_that_cannot_be_leaves_nothing(
    town: Town, tmp_path: Path, content: bytes, agency: str, status: int
) -> None:
    owner = town.claim(MAU)
    assert town.send_paper(MAU, owner, content, agency).status_code == status
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_a_second_paper_replaces_the_one_that_waits(town: Town, tmp_path: Path) -> None:
    owner = town.claim(MAU)
    town.send_paper(MAU, owner)
    town.send_paper(MAU, owner, b"\x89PNG\r\n\x1a\n anh")
    assert [paper["media_type"] for paper in town.papers()] == ["image/png"]
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 1


def test_nobody_checks_their_own_paper(town: Town) -> None:
    own = town.claim(GIA)
    town.send_paper(GIA, own)
    refused = town.decide(town.papers()[0]["id"], "acceptance")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_paper")


def test_a_proof_that_is_worth_as_much_is_contested(town: Town) -> None:
    first, second = town.claim(THU), town.claim(MAU)
    town.by_registry(THU, first)
    assert town.by_registry(MAU, second).get_json()["standing"] == "disputed"
    assert town.standing(THU, first) == "proved"
    assert town.told(first) == ["organisation.proved", "organisation.contested"]


def test_a_proof_that_is_worth_more_displaces(town: Town) -> None:
    first, second = town.claim(THU), town.claim(MAU)
    town.send_paper(THU, first)
    town.decide(town.papers()[0]["id"], "acceptance")
    assert town.by_eid(MAU, second).get_json()["standing"] == "proved"
    assert town.standing(THU, first) == "disputed"


def test_a_proof_is_taken_back_by_the_top_alone(town: Town) -> None:
    first, second = town.claim(THU), town.claim(MAU)
    town.by_registry(THU, first)
    taken = f"/v1/staff/organisations/{first}/proof-withdrawal"
    withdrawn = town.post(taken, town.officer(), {"reason": "Giấy tờ giả mạo"})
    assert (withdrawn.status_code, withdrawn.get_json()["standing"]) == (200, "claimed")
    assert town.standing(MAU, second) == "claimed"
    assert town.told(second)[-1] == "organisation.reopened"
    again = town.post(taken, town.officer(), {"reason": "Giấy tờ giả mạo"})
    assert again.get_json()["code"] == "organisation_not_proved"
    with town.house.container.database.transaction() as session:
        session.execute(text("INSERT INTO agency (code, name, short_name, path) VALUES ('H17', 'Tỉnh', 'T', 'H17/')"))
        session.execute(text("UPDATE agency SET parent_code = 'H17', path = 'H17/H17.1/' WHERE code = 'H17.1'"))
        rows = session.scalars(select(OrganisationChange).order_by(OrganisationChange.id)).all()
    assert ("withdraw", "Giấy tờ giả mạo") in [(row.event, row.reason) for row in rows]
    assert town.post(taken, town.officer(), {"reason": "Giấy tờ giả mạo"}).status_code == 404


def test_a_disputed_claim_does_not_grow(town: Town) -> None:
    squatter, owner = town.claim(THU), town.claim(MAU)
    town.by_registry(MAU, owner)
    expires = town.house.clock.now().replace(year=town.house.clock.now().year + 1).isoformat()
    key = {"name": "Phần mềm", "scopes": ["organisation:read"], "expires_at": expires}
    refused = town.post(f"/v1/organisations/{squatter}/clients", town.house.log_in(THU), key)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "organisation_disputed")


def test_staff_prove_nothing(town: Town) -> None:
    owner = town.claim(MAU)
    today = town.house.clock.now().date().isoformat()
    member = {"identity_number": PEOPLE[THU][1], "display_name": "Lễ tân", "role": "staff", "valid_from": today}
    town.post(f"/v1/organisations/{owner}/members", town.house.log_in(MAU), member)
    assert town.by_registry(THU, owner).get_json()["code"] == "mandate_missing"
    assert town.send_paper(THU, owner).get_json()["code"] == "mandate_missing"


def test_proofs_at_once_leave_one_proved(town: Town) -> None:
    claims = [(THU, town.claim(THU)), (MAU, town.claim(MAU)), (GIA, town.claim(GIA))]
    people = frozenset(PEOPLE[who][1] for who, _ in claims)
    town.house.container.registry.entries[NUMBER] = RegistryEntry(
        NUMBER, "Công ty Thử", active=True, representatives=people
    )
    tokens = {who: town.house.log_in(who)["access_token"] for who, _ in claims}

    def prove(claim: tuple[str, str]) -> int:
        client = town.house.client.application.test_client()
        path = f"/v1/organisations/{claim[1]}/proofs/registry"
        return int(client.post(path, json={}, headers=bearer(tokens[claim[0]])).status_code)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(prove, claims)) == [200, 200, 200]
    with town.house.container.database.transaction() as session:
        found = sorted(session.scalars(select(Organisation.standing)))
    assert found == ["disputed", "disputed", "proved"]
