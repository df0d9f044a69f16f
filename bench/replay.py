"""The same statements, sent by bare psycopg: what a submission costs when nothing but the database does any work.

A tape is what one real submission sent. It is played again for another dossier by putting that one's ids, code, name
and key in the places of the first's, and fresh ids in the places of those it made.

`python -m bench.replay JOB` plays a job (a pickle: database URL, lanes of takes) from a process of its own: one
connection and thread a lane. It says "ready", waits for a line, plays, and says when it began and ended.
"""

import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import Engine, event, make_url

from bench.load import ROOT
from kernel.ids import new_id

PROCESSES: Final = 2
_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
Take = list[tuple[str, Any]]
"""(statement, parameters) of one transaction, in order."""


@dataclass(frozen=True, slots=True)
class Tape:
    """`since`: when it began to run, in milliseconds of Unix time; ids made later are of its own making."""

    statements: Take
    since: int

    def take(self, words: Mapping[str, str], ids: Mapping[UUID, UUID]) -> Take:
        """The statements for another dossier; `words` and `ids` say what stands for what."""
        known = dict(ids)
        for made in self._made_ids():
            known.setdefault(made, new_id())
        texts = {**words, **{str(old): str(new) for old, new in known.items()}}
        return [(statement, _rewritten(values, texts, known)) for statement, values in self.statements]

    def _made_ids(self) -> Iterator[UUID]:
        for _, values in self.statements:
            for value in _leaves(values):
                yield from (each for each in _ids_in(value) if each.version == 7 and each.int >> 80 >= self.since)


@contextmanager
def recording(engine: Engine) -> Iterator[Tape]:
    """A tape of every statement that `engine` sends inside the block."""
    tape = Tape([], time.time_ns() // 1_000_000)

    def hear(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        tape.statements.append((statement, values))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield tape
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def play(database_url: str, lanes: Sequence[Sequence[Take]], folder: Path) -> float:
    """Plays every lane over a connection of its own, all at once; transactions a second."""
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    players = []
    for number in range(PROCESSES):
        job = folder / f"replay-{number}.job"
        job.write_bytes(pickle.dumps((url, list(lanes[number::PROCESSES]))))
        argv = [sys.executable, "-m", "bench.replay", str(job)]
        players.append(subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for player in players:
        assert player.stdout is not None
        if player.stdout.readline() != "ready\n":
            raise AssertionError("the statements cannot be played")
    times = [player.communicate("go\n") for player in players]
    begun, ended = zip(*(map(float, said.split()) for said, _ in times), strict=True)
    return float(sum(map(len, lanes)) / (max(ended) - min(begun)))


def _leaves(values: Any) -> Iterator[Any]:
    if isinstance(values, Mapping):
        for value in values.values():
            yield from _leaves(value)
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _leaves(value)
    elif isinstance(values, Jsonb):
        yield from _leaves(values.obj)
    else:
        yield values


def _ids_in(value: Any) -> Sequence[UUID]:
    """Rows are sent as JSON texts too, with their ids in them."""
    if isinstance(value, UUID):
        return [value]
    return [UUID(found) for found in _ID.findall(value)] if isinstance(value, str) else []


def _rewritten(values: Any, words: Mapping[str, str], ids: Mapping[UUID, UUID]) -> Any:
    if isinstance(values, Mapping):
        return {name: _rewritten(value, words, ids) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [_rewritten(value, words, ids) for value in values]
    if isinstance(values, Jsonb):
        return Jsonb(_rewritten(values.obj, words, ids))
    if isinstance(values, UUID):
        return ids.get(values, values)
    if isinstance(values, str):
        for old, new in words.items():
            values = values.replace(old, new)
        return str(values)
    return bytes(values) if isinstance(values, bytes) else values


def _play_lane(connection: psycopg.Connection, takes: Sequence[Take]) -> None:
    for take in takes:
        with connection.cursor() as cursor:
            for statement, values in take:
                if isinstance(values, list):
                    cursor.executemany(statement, values)
                else:
                    cursor.execute(statement, values)
        connection.commit()


def _main(job: Path) -> None:
    url, lanes = pickle.loads(job.read_bytes())  # noqa: S301 - written by the process that started this one
    connections = [psycopg.connect(url, options="-c timezone=UTC") for _ in lanes]
    threads = [Thread(target=_play_lane, args=pair) for pair in zip(connections, lanes, strict=True)]
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(begun, time.monotonic(), flush=True)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
