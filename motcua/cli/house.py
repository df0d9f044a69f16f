"""A picture of the house: its floors, its processes, and who talks to whom."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kernel.markdown import markdown_table
from kernel.mermaid import flowchart
from motcua.local.ports import Ports
from motcua.local.stack import processes

ROOT: Final = Path(__file__).parents[2]
_HEAD: Final = "<!-- Generated from the processes and the floors by `motcua diagrams`: change those, not this page. -->"


@dataclass(frozen=True, slots=True)
class ProcessNote:
    """What a process does, in a few words, and which outside parties it calls (folders of `sandbox/`).

    `files`: whether it reads or writes the file store. PostgreSQL and Valkey are used by every process of ours.
    """

    does: str
    calls: tuple[str, ...] = ()
    files: bool = False


PROCESSES: Final[Mapping[str, ProcessNote]] = {
    "api": ProcessNote("answers requests; takes receipts in", ("eid", "vneid", "registry"), files=True),
    "worker-plan": ProcessNote("events to notifications and deliveries"),
    "worker-urgent": ProcessNote("sends what somebody waits for", ("esms", "twilio", "zalo")),
    "worker-send": ProcessNote("sends everything else", ("esms", "twilio", "zalo")),
    "worker-receipts": ProcessNote("applies what gateways reported"),
    "worker-batches": ProcessNote("judges long files of guests and declares what they hold", files=True),
    "worker-sweep": ProcessNote(
        "passes guests on; reminds, ends, forgets, seals the audit trail", ("authority",), files=True
    ),
    "cron": ProcessNote("rings every bell every few seconds"),
}
PARTIES: Final = {
    "authority": "Lodging authority",
    "eid": "eID provider (OpenID Connect)",
    "esms": "eSMS",
    "registry": "Business registry",
    "twilio": "Twilio",
    "vneid": "VNeID",
    "zalo": "Zalo",
}
# These report back by themselves.
_REPORTING: Final = ("esms", "twilio", "zalo")
_TWIN: Final = "sandbox"
_TALKS: Final = (
    "Every process of ours is started from the same code with the same settings, on as many machines as wanted.\n"
    "Outside production the sandbox stands in for every outside party. Workers never call one another: rows in\n"
    'PostgreSQL say what is to be done, and a bell only says "look" ([decision 0001](decisions/0001-rq-is-a-bell.md)).'
)
_FLOORS: Final = (
    "A floor imports only lower ones, and packages of one floor never one another; `lint-imports` holds it. Domains\n"
    "talk by events, and only `motcua/wiring/` joins them. `sandbox/` and `journey/` stand beside the house and\n"
    "import nothing of it. The way of [a request](way-of-a-request.md) and of [a message](messages.md) lead through\n"
    "the floors; [entities](entities/README.md) are drawn for each package."
)


def house_page() -> str:
    """The page `docs/house.md`. Raises ValueError for a process of which nothing is said here."""
    names = [spec.name for spec in processes({}, Ports(8000, 8025)) if spec.name != _TWIN]
    if odd := set(names) ^ set(PROCESSES):
        raise ValueError(f"say in motcua/cli/house.py what these do, or take them out: {', '.join(sorted(odd))}")
    layers = _layers()
    return (
        "\n\n".join(
            (
                "# The house",
                _HEAD,
                "## Who talks to whom",
                flowchart("LR", _talks(names)),
                _TALKS,
                markdown_table(("process", "does"), [(f"`{name}`", PROCESSES[name].does) for name in names]),
                "## Floors",
                flowchart("TB", _floors(layers)),
                _FLOORS,
                markdown_table(("package", "what lives there"), _abouts(layers)),
            )
        )
        + "\n"
    )


def _talks(names: Sequence[str]) -> Iterator[str]:
    yield "people([\"app, officer's browser, hotel's program\"]) -- HTTPS --> proxy[reverse proxy]"
    yield "proxy -- HTTP --> api"
    yield "subgraph ours [Một Cửa]"
    yield from (f"    {name}" for name in names)
    yield "end"
    yield "ours -- SQL --> postgresql[(PostgreSQL: the only ledger)]"
    yield 'ours -- "bells, counts of tries" --> valkey[(Valkey: may lose everything)]'
    yield from (f"{name} --> files[(file store)]" for name in names if PROCESSES[name].files)
    for party, called in PARTIES.items():
        yield from (f'{name} --> {party}(["{called}"])' for name in names if party in PROCESSES[name].calls)
    yield from (f"{party} -. receipts .-> proxy" for party in _REPORTING)


def _floors(layers: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, floor in enumerate(layers):
        yield f'subgraph floor{number} [" "]'
        yield from (f"    {package}" for package in floor)
        yield "end"
    yield from (f"floor{number} --> floor{number + 1}" for number in range(len(layers) - 1))


def _layers() -> list[list[str]]:
    """The floors from the top, as import-linter holds them."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    floors = next(each["layers"] for each in contracts if each["id"] == "floors")
    return [[package.strip() for package in re.split(r"[|:]", floor)] for floor in floors]


def _abouts(layers: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Each package with the first sentence of its docstring."""
    for floor in layers:
        for package in floor:
            text = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
            yield f"`{package}/`", " ".join(text.split('"""')[1].strip().split("\n\n")[0].split())
