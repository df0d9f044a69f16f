"""A system that may not boot says everything it lacks, at once, in both languages."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.configuration.environment import tidied
from kernel.configuration.settings import Environment, KernelSettings, SettingsError
from tests.support.faults_of_settings import in_english

KEY = base64.b64encode(bytes(32)).decode()
COMPLETE = {
    "MOTCUA_MODE": "production",
    "MOTCUA_DATABASE_URL": "postgresql+psycopg://db/motcua",
    "MOTCUA_REDIS_URL": "redis://valkey",
    "MOTCUA_FILES_URL": "s3://papers",
    "MOTCUA_MASTER_KEY": KEY,
    "MOTCUA_PUBLIC_BASE_URL": "https://dvc.example.vn",
    "MOTCUA_TRUSTED_PROXIES": "1",
}
HERE = {**COMPLETE, "MOTCUA_MODE": "development"}
BOTH = pytest.mark.parametrize("around", [COMPLETE, HERE], ids=["production", "development"])


def _read(values: dict[str, str]) -> KernelSettings:
    env = Environment(values)
    settings = KernelSettings.read(env)
    env.finish()
    return settings


def _said(values: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        _read(values)
    return in_english(str(caught.value).splitlines()[1:])


def test_a_complete_production_environment_is_taken() -> None:
    settings = _read(COMPLETE)
    assert (settings.mode, settings.trusted_proxies) == ("production", 1)


@pytest.mark.parametrize("name", sorted(set(COMPLETE) - {"MOTCUA_MODE"}))
def test_what_is_missing_is_named(name: str) -> None:
    assert _said({key: value for key, value in COMPLETE.items() if key != name}) == [f"  {name}: missing"]
    assert _said({**COMPLETE, name: " \t"}) == [f"  {name}: missing"]


def test_everything_at_fault_is_named_together_in_both_languages() -> None:
    with pytest.raises(SettingsError) as caught:
        _read({"MOTCUA_MODE": "production", "MOTCUA_POOL_SIZE": "0", "MOTCUA_LOG_LEVEL": "verbose"})
    heading, *lines = str(caught.value).splitlines()
    assert {line.strip().partition(":")[0] for line in lines} == {
        *(set(COMPLETE) - {"MOTCUA_MODE"}), "MOTCUA_POOL_SIZE", "MOTCUA_LOG_LEVEL",
    }  # fmt: skip
    assert all(" / " in line for line in (heading, *lines))
    assert "phải là số nguyên từ 1 đến 500" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://dvc.example.vn", "https://127.0.0.1:8000", "https://localhost", "https://127.1.2.3", "https://[::1]",
        "https://0.0.0.0", "https://api.localhost",
    ],
)  # fmt: skip
def test_production_needs_a_public_https_address(url: str) -> None:
    assert _said({**COMPLETE, "MOTCUA_PUBLIC_BASE_URL": url}) == [
        "  MOTCUA_PUBLIC_BASE_URL: a public https address is needed in production"
    ]


NUMBERS = [
    "-1",
    "nan",
    "inf",
    "1e9",
    "1_000",
    "１６",
    "१६",
    "0x10",
    "16.0",
    "16 17",
    "many",
    "+ 5",
    "99999999999999999999",
]
UNFIT = {
    "MOTCUA_MODE": ["prod", "dev", "live", "sản xuất", '"production"'],
    "MOTCUA_LOG_LEVEL": ["verbose", "trace", "10", "notset", "infos"],
    "MOTCUA_POOL_SIZE": [*NUMBERS, "0", "501"],
    "MOTCUA_EVENT_TRIES": [*NUMBERS, "0", "1001"],
    "MOTCUA_TRUSTED_PROXIES": [*NUMBERS, "some", "true", "11"],
    "MOTCUA_MASTER_KEY": ["c2hvcnQ=", "not base64!", "0" * 64],
    "MOTCUA_DATABASE_URL": [
        "mysql://db/motcua", "sqlite:///x", "postgresql+asyncpg://db/x", "postgresql+psycopg2://db/x", "db:5432",
        "127.0.0.1:5432", "localhost", "postgresql://db", "postgresql://db/", "postgresql://db:70000/x",
        "postgresql://db:0/x", "postgresql://db:port/x", "postgresql://u:pa#ss@db/x", "postgresql://db/x?sslmod=require",
        "postgresql:db/x", "jdbc:postgresql://db/x", "host=db dbname=x",
    ],
    "MOTCUA_REDIS_URL": [
        "127.0.0.1:6379", "valkey:6379", "localhost", "http://valkey", "redis:6379", "redis://", "redis:///0",
        "redis://valkey:70000", "redis://valkey:0", "redis://valkey:six", "redis://valkey/first", "redis://valkey?db=x",
        "redis://valkey?no_such_option=1", "redis+sentinel://a,b/0", "valkey://", "unix://", "redis://val key",
        "redis://valkey/0#1",
    ],
    "MOTCUA_FILES_URL": [
        "/data", "data", "s3:bucket", "s3://", "s3:///x", "s3://Bucket", "s3://b", "s3://my bucket", "file://data/files",
        "file:data", "file:///", "memory:///", "http://minio:9000/papers", "s3://papers?region=x", "C:\\data",
    ],
    "MOTCUA_PUBLIC_BASE_URL": [
        "dvc.example.vn", "dvc.example.vn:443", "//dvc.example.vn", "https://", "https:dvc.example.vn", "ftp://dvc.example.vn",
        "https://dvc.example.vn?x=1", "https://dvc.example.vn?", "https://dvc.example.vn/#top", "https://dvc.example.vn#",
        "https://user:pass@dvc.example.vn", "https://user@dvc.example.vn", "https://dvc.example.vn:0",
        "https://dvc.example.vn:99999", "https://dvc.example.vn:https", "https://dvc example.vn", "https://[::1",
        "https://dịchvụ.example.vn", "https://dvc.example.vn\u200b", "https://-dvc", "https://dvc.example.vn, https://b.vn",
    ],
}  # fmt: skip


@BOTH
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in UNFIT.items() for value in values])
def test_what_cannot_be_is_named_and_never_quoted(around: dict[str, str], name: str, value: str) -> None:
    (problem,) = _said({**around, name: value})
    assert problem.startswith(f"  {name}: ")
    assert len(value) < 10 or value not in problem


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("postgres://u:p%40ss@db:5432/motcua", "postgresql+psycopg://u:p%40ss@db:5432/motcua"),
        ("postgresql://db/motcua?sslmode=require", "postgresql+psycopg://db/motcua?sslmode=require"),
        (" postgresql+psycopg://db/motcua\n", "postgresql+psycopg://db/motcua"),
        ("postgresql://u@/motcua?host=/run/postgresql", "postgresql+psycopg://u@/motcua?host=%2Frun%2Fpostgresql"),
    ],
)
def test_other_spellings_of_the_databases_address_are_understood(said: str, meant: str) -> None:
    assert _read({**HERE, "MOTCUA_DATABASE_URL": said}).database_url == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("valkey://valkey:6379/2", "redis://valkey:6379/2"),
        ("valkeys://:secret@valkey", "rediss://:secret@valkey"),
        ("redis://[::1]:6379", "redis://[::1]:6379"),
        ("unix:///run/valkey.sock?db=3", "unix:///run/valkey.sock?db=3"),
        ("rediss://valkey?ssl_cert_reqs=none", "rediss://valkey?ssl_cert_reqs=none"),
    ],
)
def test_other_spellings_of_the_brokers_address_are_understood(said: str, meant: str) -> None:
    assert _read({**HERE, "MOTCUA_REDIS_URL": said}).redis_url == meant


def test_blanks_around_and_capitals_of_words_do_not_matter() -> None:
    said = {**COMPLETE, "MOTCUA_MODE": " Production ", "MOTCUA_LOG_LEVEL": "WARNING", "MOTCUA_POOL_SIZE": " 4 "}
    settings = _read(said)
    assert (settings.mode, settings.log_level, settings.pool_size) == ("production", "warning", 4)
    assert tidied(said)["MOTCUA_MODE"] == "production"


@given(st.text(max_size=12))
def test_a_number_is_taken_only_in_plain_digits_and_in_range(said: str) -> None:
    env = Environment({**HERE, "MOTCUA_POOL_SIZE": said})
    size = KernelSettings.read(env).pool_size
    held = said.strip()
    fits = not held or (held.isascii() and held.isdigit() and 1 <= int(held) <= 500)
    assert (env.problems == []) is fits
    assert 1 <= size <= 500
    if fits:
        assert size == int(held or "16")


@given(st.sampled_from(sorted(UNFIT)), st.text())
def test_no_value_ends_in_anything_but_a_named_fault(name: str, said: str) -> None:
    env = Environment({**HERE, name: said})
    KernelSettings.read(env)
    assert all(problem.startswith(f"{name}: ") for problem in env.problems)


def test_a_name_nearly_like_one_of_ours_is_refused_with_the_one_that_is_meant() -> None:
    known = {"MOTCUA_LOG_LEVEL", "MOTCUA_POOL_SIZE", "MOTCUA_DATABASE_URL"}
    for wrong, meant in {
        "MOTCUA_LOGLEVEL": "MOTCUA_LOG_LEVEL",
        "MOTCUA_POOLSIZE": "MOTCUA_POOL_SIZE",
        "motcua_pool_size": "MOTCUA_POOL_SIZE",
        "MOTCUA_DATABSE_URL": "MOTCUA_DATABASE_URL",
    }.items():
        env = Environment({wrong: "x", "MOTCUA_LOG_LEVEL": "info"})
        env.look_for_misspelt(known)
        assert in_english(env.problems) == [f"{wrong}: no such setting; is {meant} meant?"]


def test_a_name_unlike_any_of_ours_is_told_and_no_reason_to_stop() -> None:
    env = Environment({"MOTCUA_FROBNICATE": "1", "MOTCUA_SERVICE_HOST": "10.0.0.1", "MOTCUA_PORT_8000_TCP": "x"})
    env.look_for_misspelt({"MOTCUA_POOL_SIZE"})
    assert (env.problems, in_english(env.warnings)) == ([], ["MOTCUA_FROBNICATE: nobody reads this variable"])
