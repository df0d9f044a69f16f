"""What uploaded files are to the system."""

from typing import Final

from kernel.part import Part

PART: Final = Part(
    name="attachments",
    models=("attachments.models",),
    housekeeping=("attachments.housekeeping:expire",),
    diagrams=("attachments.diagrams:PAGES",),
)
