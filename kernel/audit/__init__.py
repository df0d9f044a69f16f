"""The audit trail: who did what, in the transaction of the act; chained, signed and anchored afterwards.

`models` are its tables, `rows` what makes a row tamper-evident, `chain` the keyed chain, `sealing` the one that chains
rows, `anchors` what lies outside the database, `verify` the walk that finds what was changed.
"""

from kernel.audit.models import AuditCheckpoint, AuditEntry, AuditPending, AuditSeal
from kernel.audit.rows import TamperEvident, append_signed, sign_row, sign_rows_with
from kernel.audit.writing import write_audit

__all__ = [
    "AuditCheckpoint",
    "AuditEntry",
    "AuditPending",
    "AuditSeal",
    "TamperEvident",
    "append_signed",
    "sign_row",
    "sign_rows_with",
    "write_audit",
]
