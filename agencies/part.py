"""What the tree of agencies is to the system."""

from typing import Final

from kernel.part import Part

PART: Final = Part(name="agencies", models=("agencies.models",))
