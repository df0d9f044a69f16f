"""The embedded engines (PostgreSQL, Valkey) and the supervisor that keeps them and our own processes.

Callers need `engines` and `Supervisor` with `ProcessSpec`; the rest is how those keep their word: they work in any
folder, as root or not, and leave nothing running.
"""

from kernel.embedded.engines import Engines, EngineUrls, engines
from kernel.embedded.errors import AlreadyRunningError, EngineError, StartError
from kernel.embedded.spec import Account, ProcessSpec, ProcessStatus
from kernel.embedded.supervisor import Supervisor

__all__ = [
    "Account",
    "AlreadyRunningError",
    "EngineError",
    "EngineUrls",
    "Engines",
    "ProcessSpec",
    "ProcessStatus",
    "StartError",
    "Supervisor",
    "engines",
]
