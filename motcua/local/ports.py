"""The two ports of a system on one machine."""

import errno
import random
import socket
from dataclasses import dataclass

from motcua.local.embedded import EngineError

HIGHEST = 65535


@dataclass(frozen=True, slots=True)
class Ports:
    api: int
    sandbox: int


def free_ports() -> Ports:
    """Two ports nobody listens on now."""
    # Below those that systems give to outgoing connections: one of these might be taken before we listen on it.
    found = (port for port in random.sample(range(20000, 30000), 100) if _refusal(port) is None)
    api, sandbox, *_ = found
    return Ports(api, sandbox)


def require_free(ports: Ports, *, sandbox: bool = True) -> None:
    """Raises EngineError, saying which and what to do, for a port that is none, is used twice, or is taken."""
    wanted = [ports.api, ports.sandbox] if sandbox else [ports.api]
    require_port(*wanted)
    if len(set(wanted)) < len(wanted):
        raise EngineError(
            f"Hai cổng phải khác nhau, cả hai đang là {ports.api}. {_HOW_VI}",
            f"The two ports must differ, both are {ports.api}. {_HOW_EN}",
        )
    for port in wanted:
        code = _refusal(port)
        if code in (errno.EACCES, errno.EPERM):
            raise EngineError(
                f"Tài khoản này không được mở cổng {port}. {_HOW_VI}",
                f"This account may not listen on port {port}. {_HOW_EN}",
            )
        if code is not None:
            raise EngineError(
                f"Cổng {port} đang có chương trình khác dùng. {_HOW_VI}",
                f"Port {port} is in use by another program. {_HOW_EN}",
            )


_HOW_VI = "Chọn cổng khác: make run PORT=… SANDBOX_PORT=…, hoặc motcua up --port … --sandbox-port …"
_HOW_EN = "Choose others: make run PORT=… SANDBOX_PORT=…, or motcua up --port … --sandbox-port …"


def require_port(*ports: int) -> None:
    """Raises EngineError for a number that no port can have."""
    for port in ports:
        if not 1 <= port <= HIGHEST:
            raise EngineError(
                f"Không có cổng {port}: số cổng từ 1 đến {HIGHEST}.", f"There is no port {port}: 1 to {HIGHEST}."
            )


def _refusal(port: int) -> int | None:
    """Why nobody can listen on a port of this machine: the system's error number, None if one can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno or errno.EADDRINUSE
    return None
