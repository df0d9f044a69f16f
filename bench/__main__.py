"""`python -m bench`: every measurement against its own limit, as a table, with JSON under build/bench/.

A bench alone: `python -m bench.NAME [--json]`.
"""

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from bench import (
    auth,
    chain,
    dispatch,
    finish,
    growth,
    growth_reads,
    latency,
    memory,
    plan,
    receipts,
    residence,
    residence_peak,
    submit,
    track,
)
from bench.load import ROOT
from bench.pairs import Result, show

_OUT: Final = ROOT / "build" / "bench"
_BENCHES: Final[Mapping[str, Callable[[], Result]]] = {
    "dispatch": dispatch.measure,
    "dispatch-latency": partial(dispatch.measure_slow, 50),
    "plan": plan.measure,
    "chain": chain.measure,
    "chain-codes": chain.measure_codes,
    "latency": latency.measure,
    "latency-backlog": partial(latency.measure_backlog, 50_000),
    "growth": growth.measure,
    "growth-reads": growth_reads.measure,
    "receipts": receipts.measure,
    "submit": submit.measure,
    "finish": finish.measure,
    "track": partial(track.measure, conditional=False),
    "track-conditional": partial(track.measure, conditional=True),
    "auth-check": auth.measure_check,
    "auth-refresh": auth.measure_refresh,
    "residence": residence.measure,
    "residence-peak": residence_peak.measure,
    "memory": memory.measure,
}


def main() -> int:
    """0 once every bench has measured, whatever it measured."""
    _OUT.mkdir(parents=True, exist_ok=True)
    results = dict[str, Result]()
    for name, measure in _BENCHES.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        result = measure()
        _keep(_OUT / f"{name}.json", result)
        results[name] = result
    show([*results.values(), memory.of_web_workers(results["submit"]), memory.of_workers(results.values())])
    print(f"JSON: {_OUT.relative_to(ROOT)}/")
    return 0


def _keep(path: Path, result: Result) -> None:
    kept = {
        **result.line(),
        "least": result.least,
        "holds": result.holds,
        "pairs": result.pairs,
        "memory_mb": result.memory_mb,
    }
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
