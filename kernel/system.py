"""What the kernel itself is to the system: its tables, its settings, and the answers it forgets."""

from typing import Final

from kernel.part import Part, WaitingTable

PART: Final = Part(
    name="kernel",
    settings=("kernel.configuration.settings:KernelSettings",),
    models=(
        "kernel.audit.models",
        "kernel.database.clock_mark",
        "kernel.idempotency",
        "kernel.outbox",
        "kernel.vault",
    ),
    waiting=(WaitingTable("outbox_event", "next_attempt_at"),),
    housekeeping=("kernel.housekeeping:forget_answers",),
)
