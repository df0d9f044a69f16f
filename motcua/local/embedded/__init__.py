"""The embedded engines (PostgreSQL, Valkey) and the supervisor that keeps them and our own processes.

Callers need `engines` and `Supervisor` with `ProcessSpec`; the rest is how those keep their word: they work in any
folder, as root or not, and leave nothing running.
"""

from motcua.local.embedded.engines import Engines, EngineUrls, engines
from motcua.local.embedded.errors import AlreadyRunningError, EngineError, StartError
from motcua.local.embedded.spec import Account, ProcessSpec, ProcessStatus
from motcua.local.embedded.supervisor import Supervisor

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
