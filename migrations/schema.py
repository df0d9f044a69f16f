"""Every table of the system in one metadata: importing this imports every package's models."""

import agencies.models
import attachments.models
import auth.models
import auth.organisations.proof_models
import auth.tokens.key_models
import kernel.audit.models
import kernel.database.clock_mark
import kernel.idempotency
import kernel.outbox
import kernel.vault
import notify.models
import notify.registers
import procedures.models
import residence.ledger_models
import residence.models
import tracking.models
from kernel.database.sessions import Base

METADATA = Base.metadata
PACKAGES = (
    auth.tokens.key_models,
    auth.models,
    kernel.audit.models,
    kernel.database.clock_mark,
    kernel.idempotency,
    kernel.outbox,
    kernel.vault,
    notify.models,
    notify.registers,
    residence.ledger_models,
    residence.models,
    agencies.models,
    procedures.models,
    tracking.models,
    attachments.models,
)
