"""The business axis of a dossier as a pure table: ((state, origin), event) -> (state, origin).

States 1 to 10 are the official codes of the national portal; 0, a draft, is ours. `MOVES` is the whole of the axis:
what it does not list is refused. A row that stays where it is is a repeat or a late event, and changes nothing.

`origin` says where a dossier stood when it went to 5, 6 or 7, and so where it returns to. A withdrawal can be asked for
while a supplement is awaited, so an origin is a path, written as decimal digits: 4 = came from state 4; 45 = came from
state 5, which itself had come from 4. The last digit is the state to return to, the rest is the origin there.
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from kernel.errors import DomainError
from kernel.states import StateTable
from kernel.texts.bilingual import Text


class BusinessState(IntEnum):
    DRAFT = 0
    SUBMITTED = 1
    ACCEPTED = 2
    DECLINED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    FEE = 6
    WITHDRAWAL = 7
    STOPPED = 8
    FINISHED = 9
    HANDED_OVER = 10


class Event(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    DECLINE = "decline"
    START = "start"
    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    END_SUPPLEMENT = "end_supplement"
    DEMAND_FEE = "demand_fee"
    FEE_SETTLED = "fee_settled"
    ASK_WITHDRAWAL = "ask_withdrawal"
    GRANT_WITHDRAWAL = "grant_withdrawal"
    REFUSE_WITHDRAWAL = "refuse_withdrawal"
    STOP = "stop"
    FINISH = "finish"
    HAND_OVER = "hand_over"
    UNDO_ACCEPT = "undo_accept"
    UNDO_REQUEST_SUPPLEMENT = "undo_request_supplement"
    UNDO_DEMAND_FEE = "undo_demand_fee"
    UNDO_START = "undo_start"
    UNDO_FINISH = "undo_finish"
    UNDO_HAND_OVER = "undo_hand_over"


LABELS: Final[Mapping[BusinessState, Text]] = {
    BusinessState.DRAFT: Text("Nháp", "Draft"),
    BusinessState.SUBMITTED: Text("Mới đăng ký", "Newly filed"),
    BusinessState.ACCEPTED: Text("Được tiếp nhận", "Accepted"),
    BusinessState.DECLINED: Text("Không được tiếp nhận", "Declined"),
    BusinessState.PROCESSING: Text("Đang xử lý", "Being processed"),
    BusinessState.SUPPLEMENT: Text("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
    BusinessState.FEE: Text("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment requested"),
    BusinessState.WITHDRAWAL: Text("Công dân yêu cầu rút hồ sơ", "Withdrawal asked for"),
    BusinessState.STOPPED: Text("Dừng xử lý", "Processing stopped"),
    BusinessState.FINISHED: Text("Đã xử lý xong", "Processing finished"),
    BusinessState.HANDED_OVER: Text("Đã trả kết quả", "Result handed over"),
}

UNDO_OF: Final[Mapping[Event, Event]] = {
    Event.ACCEPT: Event.UNDO_ACCEPT,
    Event.REQUEST_SUPPLEMENT: Event.UNDO_REQUEST_SUPPLEMENT,
    Event.DEMAND_FEE: Event.UNDO_DEMAND_FEE,
    Event.START: Event.UNDO_START,
    Event.FINISH: Event.UNDO_FINISH,
    Event.HAND_OVER: Event.UNDO_HAND_OVER,
}


class Position(NamedTuple):
    """Where a dossier stands: its state, and where that one returns to (None where it does not)."""

    state: BusinessState
    origin: int | None = None


Rows = dict[tuple[Position, Event], Position]


_S = BusinessState
_PLAIN: Final[tuple[tuple[BusinessState, Event, BusinessState], ...]] = (
    (_S.DRAFT, Event.SUBMIT, _S.SUBMITTED),
    (_S.SUBMITTED, Event.ACCEPT, _S.ACCEPTED),
    (_S.SUBMITTED, Event.DECLINE, _S.DECLINED),
    (_S.ACCEPTED, Event.START, _S.PROCESSING),
    (_S.ACCEPTED, Event.STOP, _S.STOPPED),
    (_S.PROCESSING, Event.STOP, _S.STOPPED),
    (_S.PROCESSING, Event.FINISH, _S.FINISHED),
    (_S.FINISHED, Event.HAND_OVER, _S.HANDED_OVER),
    (_S.ACCEPTED, Event.UNDO_ACCEPT, _S.SUBMITTED),
    (_S.PROCESSING, Event.UNDO_START, _S.ACCEPTED),
    (_S.FINISHED, Event.UNDO_FINISH, _S.PROCESSING),
    (_S.HANDED_OVER, Event.UNDO_HAND_OVER, _S.FINISHED),
)
# From a state into one of the three that return; the state left becomes the origin. Whatever leads into 5 and 6 stands
# before what leads on from them to 7, so that the origins there are known.
_DETOURS: Final[tuple[tuple[BusinessState, Event, BusinessState], ...]] = (
    (_S.SUBMITTED, Event.REQUEST_SUPPLEMENT, _S.SUPPLEMENT),
    (_S.ACCEPTED, Event.REQUEST_SUPPLEMENT, _S.SUPPLEMENT),
    (_S.PROCESSING, Event.REQUEST_SUPPLEMENT, _S.SUPPLEMENT),
    (_S.SUBMITTED, Event.DEMAND_FEE, _S.FEE),
    (_S.ACCEPTED, Event.DEMAND_FEE, _S.FEE),
    (_S.PROCESSING, Event.DEMAND_FEE, _S.FEE),
    (_S.FINISHED, Event.DEMAND_FEE, _S.FEE),
    (_S.SUBMITTED, Event.ASK_WITHDRAWAL, _S.WITHDRAWAL),
    (_S.ACCEPTED, Event.ASK_WITHDRAWAL, _S.WITHDRAWAL),
    (_S.PROCESSING, Event.ASK_WITHDRAWAL, _S.WITHDRAWAL),
    (_S.SUPPLEMENT, Event.ASK_WITHDRAWAL, _S.WITHDRAWAL),
    (_S.FEE, Event.ASK_WITHDRAWAL, _S.WITHDRAWAL),
)
# How each of the three returns to its origin, and how it ends.
_RETURNS: Final[tuple[tuple[BusinessState, Event, Event], ...]] = (
    (_S.SUPPLEMENT, Event.SUPPLEMENT, Event.STOP),
    (_S.FEE, Event.FEE_SETTLED, Event.STOP),
    (_S.WITHDRAWAL, Event.REFUSE_WITHDRAWAL, Event.GRANT_WITHDRAWAL),
)
# Asked for by mistake and taken back: the dossier stands where it stood.
_TAKEN_BACK: Final[tuple[tuple[BusinessState, Event], ...]] = (
    (_S.SUPPLEMENT, Event.UNDO_REQUEST_SUPPLEMENT),
    (_S.FEE, Event.UNDO_DEMAND_FEE),
)
# Said twice, done once. A second supplement request or fee demand is no duplicate: it carries words that would be lost.
_REPEATS: Final[tuple[tuple[BusinessState, Event], ...]] = (
    (_S.SUBMITTED, Event.SUBMIT),
    (_S.ACCEPTED, Event.ACCEPT),
    (_S.DECLINED, Event.DECLINE),
    (_S.PROCESSING, Event.START),
    (_S.WITHDRAWAL, Event.ASK_WITHDRAWAL),
    (_S.STOPPED, Event.STOP),
    (_S.STOPPED, Event.GRANT_WITHDRAWAL),
    (_S.FINISHED, Event.FINISH),
    (_S.HANDED_OVER, Event.HAND_OVER),
)


def _find_origins() -> dict[BusinessState, tuple[int, ...]]:
    """Every origin each returning state can have: one digit for a plain source, two for 5 or 6 on the way to 7."""
    into: dict[BusinessState, list[int]] = {state: [] for state, _, _ in _RETURNS}
    for source, _, target in _DETOURS:
        paths = [origin * 10 + source for origin in into[source]] if source in into else [int(source)]
        into[target].extend(paths)
    return {state: tuple(sorted(found)) for state, found in into.items()}


ORIGINS: Final[Mapping[BusinessState, tuple[int, ...]]] = _find_origins()


def positions() -> Iterator[Position]:
    """Every place on the axis: a state with each origin it can have (None where it has none)."""
    for state in BusinessState:
        yield from _positions_in(state)


def _positions_in(state: BusinessState) -> list[Position]:
    return [Position(state, origin) for origin in ORIGINS.get(state, (None,))]


def _back_from(position: Position) -> Position:
    rest, last = divmod(position.origin or 0, 10)
    return Position(BusinessState(last), rest or None)


def _build() -> Rows:
    rows: Rows = {(Position(state), event): Position(to) for state, event, to in _PLAIN}
    for source, event, target in _DETOURS:
        for at in _positions_in(source):
            rows[at, event] = Position(target, (at.origin or 0) * 10 + source)
    for state, back, end in _RETURNS:
        for at in _positions_in(state):
            rows[at, back] = _back_from(at)
            rows[at, end] = Position(BusinessState.STOPPED)
    for at in _positions_in(BusinessState.SUPPLEMENT):
        # The term of the supplement has passed without an answer.
        rows[at, Event.END_SUPPLEMENT] = Position(BusinessState.STOPPED)
    for state, undo in _TAKEN_BACK:
        for at in _positions_in(state):
            rows[at, undo] = _back_from(at)
    for state, event in _REPEATS:
        for at in _positions_in(state):
            rows[at, event] = at
    return rows | _settlements()


def _settlements() -> Rows:
    """A settlement is told by a machine, perhaps again, perhaps late: never an error, and outside 6 never a move.

    One row is more than a repeat: paid while a withdrawal asked for in 6 is undecided. The origin then drops the 6,
    lest a refusal send the dossier back to wait for money that has come.
    """
    rows: Rows = {}
    for at in positions():
        if at.state in (BusinessState.DRAFT, BusinessState.FEE):
            continue
        rest, last = divmod(at.origin or 0, 10)
        rows[at, Event.FEE_SETTLED] = Position(at.state, rest) if last == BusinessState.FEE else at
    return rows


def _refused(at: Position, event: Event) -> DomainError:
    return DomainError(
        "action_not_allowed",
        state=int(at.state),
        action=event.value,
        allowed_from=[int(state) for state in allowed_from(event)],
        allowed_actions=[each.value for each in allowed_events(*at)],
    )


MOVES: Final = StateTable(_build(), _refused)
"""Raises DomainError("action_not_allowed") with the states that allow the event (`allowed_from`, codes) and what can be
done now (`allowed_actions`, events)."""


def allowed_from(event: Event) -> tuple[BusinessState, ...]:
    """The states in which an event changes something, ascending."""
    return tuple(sorted({at.state for at in MOVES.sources(event)}))


def allowed_events(state: BusinessState, origin: int | None) -> tuple[Event, ...]:
    """The events that change something now, undo included (whether its window is still open is a rule of time)."""
    now = MOVES.events(Position(state, origin))
    return tuple(event for event in Event if event in now)
