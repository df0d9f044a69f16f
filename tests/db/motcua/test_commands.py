"""What the commands do to a database, and how they find the one that runs."""

import base64
import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from agencies.models import Agency
from auth.models import Officer
from kernel.configuration.settings import SettingsError
from kernel.database.sessions import Database
from kernel.errors import DomainError
from motcua.local.state import left_for_commands, of_running_system
from motcua.wiring.seeding import appoint_officer, seed_system
from procedures.models import ProcedureVersion


@pytest.fixture
def environment(clean_database: Database, database_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_REDIS_URL": redis_url,
        "MOTCUA_FILES_URL": tmp_path.as_uri(),
        "MOTCUA_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    }


def test_seeding_twice_adds_nothing(environment: dict[str, str], clean_database: Database) -> None:
    first, second = seed_system(environment), seed_system(environment)
    assert first["new_versions"] >= 1
    assert first["new_officers"] >= 4
    assert first["new_lodgings"] == 1
    assert (second["new_versions"], second["new_officers"], second["new_lodgings"]) == (0, 0, 0)
    with clean_database.transaction() as session:
        assert session.get(Agency, "H17.20551") is not None
        codes = session.scalars(select(ProcedureVersion.code)).all()
    assert sorted(codes) == sorted(set(codes))


def test_an_officer_is_appointed_once(environment: dict[str, str], clean_database: Database) -> None:
    seed_system(environment)

    def appoint() -> bool:
        return appoint_officer(
            environment, number="001305000009", name="Người Mới", agency="H17.20587", roles=["receiver"]
        )

    assert appoint() is True
    assert appoint() is False
    with clean_database.transaction() as session:
        officer = session.scalars(select(Officer).where(Officer.display_name == "Người Mới")).one()
    assert (officer.agency_code, officer.roles) == ("H17.20587", ["receiver"])


@pytest.mark.parametrize(
    ("number", "agency", "roles", "error"),
    [
        ("001305000009", "H99", ["receiver"], DomainError),
        ("001305000009", "H17.20587", ["boss"], ValueError),
        ("123", "H17.20587", ["receiver"], DomainError),
    ],
)
def test_what_cannot_be_appointed_is_refused(
    environment: dict[str, str], number: str, agency: str, roles: list[str], error: type[Exception]
) -> None:
    seed_system(environment)
    with pytest.raises(error):
        appoint_officer(environment, number=number, name="Người Mới", agency=agency, roles=roles)


def test_production_seeds_no_officers_and_refuses_the_sandbox(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="MOTCUA_EID_ISSUER"):
        seed_system({**environment, "MOTCUA_MODE": "production"})


def test_a_running_system_leaves_its_settings_for_its_owner_alone(tmp_path: Path) -> None:
    env = {"MOTCUA_DATABASE_URL": "left", "PATH": "not ours"}
    with left_for_commands(tmp_path, env):
        file = tmp_path / "environment.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert json.loads(file.read_text())["settings"] == {"MOTCUA_DATABASE_URL": "left"}
        assert of_running_system(tmp_path)["MOTCUA_DATABASE_URL"] == "left"
    assert "MOTCUA_DATABASE_URL" not in of_running_system(tmp_path)
