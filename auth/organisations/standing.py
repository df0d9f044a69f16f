"""Whether an organisation may speak for its tax code, as a pure table; and what a proof is worth.

Anybody may claim a code, and several claims stand side by side. One of them at most is proved.
"""

from enum import StrEnum
from typing import Final

from kernel.states import StateTable


class Standing(StrEnum):
    CLAIMED = "claimed"
    PROVED = "proved"
    DISPUTED = "disputed"


class StandingEvent(StrEnum):
    """`prove`: a proof was given. `contest`: one was given, but another's is worth as much. `rival_proved`: another
    gave one. `withdraw`: an officer took the proof back. `rival_fell`: so it went with the one that was proved.
    """

    PROVE = "prove"
    CONTEST = "contest"
    RIVAL_PROVED = "rival_proved"
    WITHDRAW = "withdraw"
    RIVAL_FELL = "rival_fell"


STANDING_MOVES: Final = StateTable(
    {
        (Standing.CLAIMED, StandingEvent.PROVE): Standing.PROVED,
        (Standing.CLAIMED, StandingEvent.CONTEST): Standing.DISPUTED,
        (Standing.CLAIMED, StandingEvent.RIVAL_PROVED): Standing.DISPUTED,
        (Standing.CLAIMED, StandingEvent.RIVAL_FELL): Standing.CLAIMED,
        (Standing.DISPUTED, StandingEvent.PROVE): Standing.PROVED,
        (Standing.DISPUTED, StandingEvent.CONTEST): Standing.DISPUTED,
        (Standing.DISPUTED, StandingEvent.RIVAL_PROVED): Standing.DISPUTED,
        (Standing.DISPUTED, StandingEvent.RIVAL_FELL): Standing.CLAIMED,
        # Proved again, perhaps by something that is worth more.
        (Standing.PROVED, StandingEvent.PROVE): Standing.PROVED,
        # Only by a proof that is worth more.
        (Standing.PROVED, StandingEvent.RIVAL_PROVED): Standing.DISPUTED,
        (Standing.PROVED, StandingEvent.WITHDRAW): Standing.CLAIMED,
    }
)


class Means(StrEnum):
    """How an organisation was proved: an officer checked a paper, the national business registry names the person who
    asked, or the eID provider vouches for the organisation's own account (or for the owner of a household business).
    """

    PAPER = "paper"
    REGISTRY = "registry"
    EID = "eid"


_WORTH: Final = tuple(Means)


def next_standing(standing: Standing, event: StandingEvent) -> Standing | None:
    """None for what is refused."""
    return STANDING_MOVES.get((standing, event))


def displaces(new: Means, old: Means) -> bool:
    """Whether a proof is worth more than the one that stands."""
    return _WORTH.index(new) > _WORTH.index(old)
