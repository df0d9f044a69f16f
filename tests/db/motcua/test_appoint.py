"""`motcua appoint` as a person types it: its help names the codes, and a refusal is sentences."""

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kernel.database.sessions import Database
from mobile_contract.vocabulary import ROLES
from motcua.cli.main import main
from motcua.wiring.seeding import seed_system
from procedures.seed import shipped_agencies

NUMBER = "001305000009"


@pytest.fixture
def environment(clean_database: Database, database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    env = {
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_REDIS_URL": redis_url,
        "MOTCUA_FILES_URL": tmp_path.as_uri(),
        "MOTCUA_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    }
    seed_system(env)
    return env


def appoint(env: dict[str, str], *arguments: str, number: str = NUMBER) -> Result:
    return CliRunner().invoke(main, ["appoint", *arguments, "--name", "Người Mới"], input=f"{number}\n", env=env)


def test_the_help_names_every_role_and_every_agency() -> None:
    told = CliRunner().invoke(main, ["appoint", "--help"]).output
    assert [role for role in ROLES if role not in told] == []
    assert [agency["code"] for agency in shipped_agencies() if agency["code"] not in told] == []


def test_an_officer_is_appointed(environment: dict[str, str]) -> None:
    done = appoint(environment, "H17.CA.20551", "resident_police")
    assert (done.exit_code, "Appointed" in done.output) == (0, True)


@pytest.mark.parametrize(
    ("agency", "role", "number", "told"),
    [
        ("H99", "receiver", NUMBER, ("cơ quan", "agency")),
        ("H17.20551", "receiver", "123", ("12", "digits")),
        ("H17.20551", "receiver", "không số", ("12", "digits")),
        ("H17.20551", "boss", NUMBER, ("Không có vai trò", "No such role")),
        ("", "receiver", NUMBER, ("cơ quan", "agency")),
    ],
)
def test_a_refusal_is_sentences_in_both_languages(
    environment: dict[str, str], agency: str, role: str, number: str, told: tuple[str, str]
) -> None:
    refused = appoint(environment, agency, role, number=number)
    assert refused.exit_code in (1, 2)
    said = refused.stderr
    assert [word for word in told if word not in said] == []
    assert not {"invalid_fields", "agency_unknown", "Traceback"} & set(said.split())
    assert number not in said
