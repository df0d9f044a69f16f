"""Every row by its name."""

from collections.abc import Mapping
from typing import Final

from bench.faults import clock_rows, engine_rows, poison, process_rows, provider_rows
from bench.faults.arena import Row

ROWS: Final[Mapping[str, Row]] = {
    row.name: row
    for row in (*process_rows.ROWS, *engine_rows.ROWS, *provider_rows.ROWS, *clock_rows.ROWS, *poison.ROWS)
}
