"""A net is tested by what it catches: faults planted in authorisation, each found by the tests meant for it."""

import os
from pathlib import Path

import pytest

from tests.security.planted import FAULTS, ROOT, Fault, failures, plant
from tests.support.throwaway import Servers

PAGE = ROOT / "docs/security/planted-faults.md"
# Each costs a test run of its own, so the quick profile takes three and the long one all.
CHOSEN = FAULTS if os.environ.get("MOTCUA_TEST_PROFILE") == "long" else FAULTS[:3]


@pytest.mark.parametrize("fault", CHOSEN, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught(fault: Fault, servers: Servers, tmp_path: Path) -> None:
    environment = {"MOTCUA_DATABASE_URL": servers.admin_url, "MOTCUA_REDIS_URL": servers.redis_url}
    assert failures(plant(fault, tmp_path), fault.caught_by, environment) == set(fault.caught_by)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_has_its_place_and_its_line(fault: Fault) -> None:
    assert (ROOT / fault.path).read_text(encoding="utf-8").count(fault.old) == 1
    assert f"| `{fault.name}` | {fault.meaning} | `{fault.path}` |" in PAGE.read_text(encoding="utf-8")


def test_there_are_ten() -> None:
    assert len({fault.name for fault in FAULTS}) == 10
