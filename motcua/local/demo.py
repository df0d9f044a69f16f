"""`make demo`: the main job end to end, over HTTP alone, on a system of its own."""

import http.client
import sys
from dataclasses import asdict
from typing import Final

from journey.account import LoginRefused
from journey.handset import NothingCame
from journey.story import Story, Told
from journey.told import NotSo, Teller
from journey.wire import Refused
from motcua.cli.terminal import json_text
from motcua.local.embedded import EngineError
from motcua.local.ports import Ports
from motcua.local.private import own_settings, private_folder, signals_leave
from motcua.local.stack import running_stack

_FAILURES: Final = (NotSo, NothingCame, Refused, LoginRefused, EngineError, http.client.HTTPException, OSError)


def run_demo(ports: Ports) -> int:
    """Tells the story, and last one JSON object on standard output. 0 only if all of it really happened."""
    try:
        told = _tell(ports)
        _check(told)
    except _FAILURES as error:
        print(f"Demo không đạt / the demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Đã dừng. / Stopped.", file=sys.stderr)
        return 130
    print(json_text(asdict(told)))
    return 0


def _tell(ports: Ports) -> Told:
    teller = Teller()
    with signals_leave(), private_folder("demo") as folder, own_settings() as said:
        print("Đang khởi động hệ thống riêng của demo… / Starting a system of the demo's own…", flush=True)
        with running_stack(folder, ports, said) as stack:
            return Story(stack.api_url, stack.sandbox_url, teller).tell()


def _check(told: Told) -> None:
    if (told.status, told.sms_parts, told.receipt) != (10, 1, "delivered"):
        raise NotSo(f"the dossier ends as {asdict(told)}")
