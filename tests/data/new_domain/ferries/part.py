"""What ferries are to the system."""

from typing import Final

from kernel.part import Loop, Part, WaitingTable

PART: Final = Part(
    name="ferries",
    models=("ferries.models",),
    loops=(Loop("ferries", "ferries.loop:sail"),),
    waiting=(WaitingTable("ferry", "due_at"),),
    handlers=("ferries.loop:handlers",),
    notices={"ferry.sailed": "ferries.words:SAILED"},
    texts="ferries",
    housekeeping=("ferries.loop:forget",),
    commands=("ferries.commands:ferries",),
    diagrams=("ferries.diagrams:PAGES",),
)
