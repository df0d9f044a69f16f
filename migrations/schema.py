"""Every table of the system in one metadata: importing this imports every package's models."""

import auth.key_models
import auth.models
import auth.proof_models
import kernel.audit.models
import kernel.clock_mark
import kernel.idempotency
import kernel.outbox
import kernel.vault
import notify.models
import notify.registers
import residence.ledger_models
import residence.models
import tracking.catalogue.agency_models
import tracking.catalogue.models
import tracking.models
import tracking.upload_models
from kernel.db import Base

METADATA = Base.metadata
PACKAGES = (
    auth.key_models,
    auth.models,
    kernel.audit.models,
    kernel.clock_mark,
    kernel.idempotency,
    kernel.outbox,
    kernel.vault,
    notify.models,
    notify.registers,
    residence.ledger_models,
    residence.models,
    tracking.catalogue.agency_models,
    tracking.catalogue.models,
    tracking.models,
    tracking.upload_models,
)
