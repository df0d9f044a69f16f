"""What calls to other servers are to the system: the states of their circuit breakers."""

from typing import Final

from kernel.part import Part

PART: Final = Part(name="outbound", diagrams=("outbound.diagrams:PAGES",))
