"""`python -m bench.faults ROW [--seeds N | --seed S] [--gateway NAME] [--stock] [--json]`, or `list` for the rows.

A schedule is drawn from a seed, which is printed, so that a failure can be had again. Ends with 1 when anything was
lost, doubled or not as it should be. With --json the last line is one object.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence

from bench.faults import residence, slow
from bench.faults.arena import Subject
from bench.faults.product import Product
from bench.faults.provider import KINDS
from bench.faults.rows import ROWS
from bench.faults.run import Size, run_schedule, together
from bench.faults.stock import Stock
from bench.faults.verdict import Verdict, shown


def main(argv: Sequence[str]) -> int:
    given = _parser().parse_args(argv)
    if given.row == "list":
        for row in ROWS.values():
            print(f"{row.name:<20}{row.meaning}")
        for other in (residence, slow):
            print(f"{other.NAME:<20}{other.MEANING}")
        return 0
    if given.row in KINDS[given.gateway].beyond:
        _say(f"{given.row} is not for {given.gateway}")
        return 2
    verdicts = []
    seeds = [given.seed] if given.seed is not None else [random.randrange(10**6) for _ in range(given.seeds)]
    for seed in seeds:
        _say(f"{given.row} --seed {seed}")
        verdict = _schedule(given, seed)
        _say(f"--seed {seed}: {_line(verdict)}")
        verdicts.append(verdict)
    total = together(verdicts)
    print(json.dumps(as_json(given.row, total)) if given.json else f"{given.row}: {_line(total)}", flush=True)
    return 0 if total.clean else 1


def _schedule(given: argparse.Namespace, seed: int) -> Verdict:
    if given.row == residence.NAME:
        return residence.run_residence(seed, given.faults, _say)
    if given.row == slow.NAME:
        return slow.run_slow(seed, slow.HONEST, _say)
    size = Size(given.messages, given.faults)
    return run_schedule(ROWS[given.row], seed, _subject(stock=given.stock), KINDS[given.gateway], size, _say)


def _subject(*, stock: bool) -> Subject:
    if stock:
        return Stock()
    return Product()


def as_json(row: str, verdict: Verdict) -> dict[str, str | int | float]:
    return {
        "row": row,
        "messages": verdict.messages,
        "faults": verdict.faults,
        "lost": verdict.lost,
        "duplicated": verdict.duplicated,
        "allowed": verdict.allowed,
        "unexpected": len(verdict.unexpected) + len(verdict.late),
        "recovered_s": round(verdict.recovered_s, 2),
        **verdict.figures,
    }


def _line(verdict: Verdict) -> str:
    odd = verdict.unexpected + verdict.late
    counts = (
        f"{verdict.messages} messages, {verdict.faults} faults: {verdict.lost} lost, {verdict.duplicated} duplicated, "
        f"{verdict.allowed} allowed, {len(odd)} unexpected; new work after {verdict.recovered_s:.1f} s, "
        f"the longest wait {verdict.stranded_s:.1f} s"
    )
    return f"{counts} ({shown(odd)})" if odd else counts


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description="Breaks the system and counts.")
    parser.add_argument(
        "row", choices=[*ROWS, residence.NAME, slow.NAME, "list"], metavar="ROW", help="a row by name, or `list`"
    )
    parser.add_argument("--seeds", type=int, default=1, help="how many random schedules")
    parser.add_argument("--seed", type=int, help="one schedule again")
    parser.add_argument("--gateway", choices=sorted(KINDS), default="twilio")
    parser.add_argument("--stock", action="store_true", help="the same done to plain RQ, one job a message")
    parser.add_argument("--messages", type=int, default=500, help="at least so many")
    parser.add_argument("--faults", type=int, help="so many instead of the row's own number")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
