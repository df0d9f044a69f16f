"""What every use case works with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.clock import Clock
from kernel.vault import Vault


@dataclass(frozen=True, slots=True)
class Work:
    """One open transaction, begun and committed by the edge, with the vault and the clock that belong to it."""

    session: Session
    vault: Vault
    clock: Clock

    def now(self) -> datetime:
        return self.clock.now()
