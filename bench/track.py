"""`python -m bench.track [--conditional] [--json]`: a citizen reads one dossier with its timeline, over and over.

Against a bare Flask route that reads one row by primary key and returns the same bytes: same server, same pool. With
`--conditional` the reader holds the newest state already, and both sides answer 304.
"""

import sys
from typing import Final

from bench.ground import ground
from bench.memory import memory_of
from bench.pairs import Result, finish, interleave
from bench.reads import STORY, bare_route, read_rate, walk_dossier

_LEAST: Final = {False: 0.35, True: 0.5}


def measure(*, conditional: bool) -> Result:
    with ground() as place, place.running("api") as supervisor:
        with place.running(*STORY):
            walked = walk_dossier(place)
        path = f"/v1/dossiers/{walked.dossier_id}"
        with bare_route(place, walked) as bare:
            result = interleave(
                "track --conditional" if conditional else "track",
                "reads/s",
                _LEAST[conditional],
                lambda: read_rate(place.ports.api, path, walked, conditional=conditional),
                lambda: bare.rate(conditional=conditional),
            )
        walked.phone.close()
        return result.with_memory(memory_of(supervisor))


if __name__ == "__main__":
    finish(measure(conditional="--conditional" in sys.argv), sys.argv)
