"""The adapter of the business registry against the sandbox's, honest and not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from auth.registry.http import HttpRegistry
from auth.registry.settings import RegistrySettings
from kernel.configuration.environment import Environment
from kernel.errors import DomainError
from motcua.wiring.joins.sandbox_hotel import _ORGANISATION, _OWNER
from tests.unit.sandbox.support import Caller


@pytest.fixture
def settings(call: Caller) -> RegistrySettings:
    return RegistrySettings(url=f"{call.origin}/registry", key="sandbox-registry-key", timeout_s=1.0)


@pytest.fixture
def registry(settings: RegistrySettings) -> Iterator[HttpRegistry]:
    adapter = HttpRegistry(settings)
    yield adapter
    adapter.close()


def test_an_entry_is_read(registry: HttpRegistry) -> None:
    found = registry.look_up("4009000022")
    assert found is not None
    assert (found.name, found.active) == ("Công ty TNHH Ví Dụ Điện Bàn", True)
    assert found.representatives == {"049190000001", "001305000001"}


def test_what_is_not_there_or_not_active_is_told_apart(registry: HttpRegistry) -> None:
    assert registry.look_up("4009999999") is None
    ended = registry.look_up("4009000023")
    assert ended is not None
    assert not ended.active


def test_the_seeded_hotel_is_what_the_registry_says(registry: HttpRegistry) -> None:
    found = registry.look_up(_ORGANISATION[2])
    assert found is not None
    assert (found.name, found.active, found.representatives) == (_ORGANISATION[1], True, frozenset({_OWNER[0]}))


@pytest.mark.parametrize(
    "rule",
    [
        {"mode": "another_entry"},
        {"mode": "not_json"},
        {"mode": "no_representatives"},
        {"mode": "status", "status": 500},
        {"mode": "reset"},
        {"mode": "timeout", "ms": 3000},
    ],
)
def test_what_is_not_as_agreed_is_no_answer(call: Caller, registry: HttpRegistry, rule: dict[str, Any]) -> None:
    call.control("POST", "/registry/faults", {**rule, "count": 1})
    with pytest.raises(DomainError, match="registry_unavailable"):
        registry.look_up("4009000022")


def test_a_wrong_key_and_no_registry_are_no_answer(settings: RegistrySettings) -> None:
    nowhere = "http://127.0.0.1:9"
    for changed in (replace(settings, key="sai"), replace(settings, url=""), replace(settings, url=nowhere)):
        adapter = HttpRegistry(changed)
        with pytest.raises(DomainError, match="registry_unavailable") as refused:
            adapter.look_up("4009000022")
        assert refused.value.params["retry_after"] == 30
        adapter.close()


def test_settings_stand_together_in_production() -> None:
    env = Environment({"MOTCUA_MODE": "production", "MOTCUA_REGISTRY_URL": "https://registry.example"})
    RegistrySettings.read(env)
    assert any("MOTCUA_REGISTRY_KEY" in str(problem) for problem in env.problems)
