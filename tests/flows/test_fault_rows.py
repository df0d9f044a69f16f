"""The fault drills as tests: six of them, cut short, in every run, and all of them at full length in the long one.

Times are not asserted here, since they are those of a machine with other things to do; `python -m bench.faults` does.
"""

import os
from pathlib import Path

import pytest

from bench.faults import residence, slow
from bench.faults.__main__ import main
from bench.faults.product import Product
from bench.faults.provider import KINDS
from bench.faults.rows import ROWS
from bench.faults.run import Size, run_schedule

EVERY_ROW = [
    "worker-kill",
    "web-kill",
    "deploy",
    "valkey-restart",
    "valkey-wipe",
    "valkey-gone",
    "valkey-full",
    "postgres-restart",
    "postgres-immediate",
    "postgres-cut",
    "provider-500",
    "provider-429",
    "provider-timeout",
    "provider-slow",
    "provider-half",
    "provider-reset",
    "receipts-twisted",
    "clock-step",
    "poison",
]
SHORT = ("worker-kill", "web-kill", "valkey-restart", "postgres-cut", "provider-reset", "poison")
LONG = os.environ.get("MOTCUA_TEST_PROFILE") == "long"
SIZE = Size() if LONG else Size(messages=80, faults=2)
SEED = 20261120


RUNS = [(name, "twilio") for name in (EVERY_ROW if LONG else SHORT)]
# One that dedupes, and one that can neither be asked nor does.
BY_OTHERS = [
    ("poison", "esms"),
    *((name, gateway) for name in ("worker-kill", "provider-reset") for gateway in ("esms", "zalo")),
]


@pytest.mark.parametrize(("name", "gateway"), RUNS + (BY_OTHERS if LONG else []))
def test_nothing_is_lost_and_nothing_doubled(name: str, gateway: str) -> None:
    verdict = run_schedule(ROWS[name], SEED, Product(), KINDS[gateway], SIZE, print)
    assert (verdict.lost, verdict.duplicated, verdict.unexpected) == (0, 0, ())
    assert verdict.messages >= SIZE.messages
    assert verdict.faults == (SIZE.faults or ROWS[name].faults) >= 2


def test_a_row_that_is_of_texts_alone_is_not_for_zalo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["poison", "--gateway", "zalo"]) == 2
    assert "poison" in capsys.readouterr().err


def test_no_guest_is_lost_and_none_declared_twice() -> None:
    short = (
        "the worker is killed while it sends",
        "the worker is killed while it judges",
        "answers are lost after the import",
        residence.NOTHING_IMPORTED,
    )
    verdict = residence.run_residence(SEED, None, print, () if LONG else short)
    assert (verdict.lost, verdict.duplicated, verdict.unexpected) == (0, 0, ())
    assert verdict.messages >= 100


def test_slow_senders_lose_nothing_and_slow_uploads_end_well() -> None:
    verdict = slow.run_slow(SEED, slow.HONEST if LONG else 30, print)
    assert (verdict.lost, verdict.duplicated, verdict.unexpected) == (0, 0, ())
    assert verdict.figures["uploads_ended_well"] == 24
    assert verdict.figures["logins_told"] == 40
    assert verdict.faults == 264


def test_the_rows_are_all_there_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(ROWS) == sorted(EVERY_ROW)
    assert main(["list"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == [*ROWS, residence.NAME, slow.NAME]
    page = (Path(__file__).parents[2] / "docs" / "fault-drills.md").read_text(encoding="utf-8")
    assert [name for name in (*ROWS, residence.NAME, slow.NAME) if f"`{name}`" not in page] == []


def test_a_row_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["worker-hugs"])
    assert "worker-kill" in capsys.readouterr().err
