"""Pages of the state tables of this package: `python -m notify.diagrams` writes them to docs/states."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from kernel.diagrams import StateDiagram, markdown_table
from notify.states import ATTEMPT_MOVES, DELIVERY_MOVES, FINAL, AttemptState, DeliveryState
from outbound.jobs.breaker import CIRCUIT_MOVES, CircuitState

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)

TARGET: Final = Path(__file__).parent.parent / "docs" / "states"
_DELIVERY_NAMES: Final = {
    DeliveryState.STANDBY: "Dự phòng",
    DeliveryState.QUEUED: "Chờ gửi",
    DeliveryState.SENDING: "Đang gửi",
    DeliveryState.WAITING: "Chờ gửi lại",
    DeliveryState.UNKNOWN: "Chưa rõ, phải hỏi lại",
    DeliveryState.ACCEPTED: "Nhà mạng đã nhận",
    DeliveryState.DELIVERED: "Đã tới máy",
    DeliveryState.UNDELIVERED: "Không tới máy",
    DeliveryState.DEAD: "Gửi không được",
    DeliveryState.CANCELLED: "Đã huỷ",
}
_ATTEMPT_NAMES: Final = {
    AttemptState.SENDING: "Đang gọi",
    AttemptState.ACCEPTED: "Được nhận",
    AttemptState.TRANSIENT: "Lỗi tạm thời",
    AttemptState.PERMANENT: "Bị từ chối",
    AttemptState.UNKNOWN: "Chưa rõ",
}
_CIRCUIT_NAMES: Final = {
    CircuitState.CLOSED: "Đang dùng",
    CircuitState.OPEN: "Tạm ngừng",
    CircuitState.HALF_OPEN: "Đang thử lại",
}
_NOTE: Final = (
    "An event that stays is kept on record and changes nothing: repeats, late answers and receipts out of order are no "
    "errors. What no row allows is refused."
)


def render() -> dict[str, str]:
    """File name -> page."""
    return {
        "attempt.md": _page("Attempt (lần gửi)", _ATTEMPT_NAMES, ATTEMPT_MOVES, AttemptState.SENDING, ()),
        "circuit.md": _page(
            "Circuit breaker (cầu dao của một cổng)", _CIRCUIT_NAMES, CIRCUIT_MOVES, CircuitState.CLOSED, ()
        ),
        "delivery.md": _page("Delivery (việc gửi tin)", _DELIVERY_NAMES, DELIVERY_MOVES, DeliveryState.QUEUED, FINAL),
    }


def write(target: Path = TARGET) -> None:
    """Writes every page into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    for name, page in render().items():
        (target / name).write_text(page, encoding="utf-8")


def _page(
    title: str,
    names: Mapping[State, str],
    moves: Mapping[tuple[State, Event], State],
    start: State,
    final: Iterable[State],
) -> str:
    diagram = StateDiagram(
        names={str(state): shown for state, shown in names.items()},
        edges=[(str(state), str(to), str(event)) for (state, event), to in moves.items() if state != to],
        start=str(start),
        final=sorted(str(state) for state in final),
    )
    rows = [(str(state), str(event), str(to), "stays" if state == to else "") for (state, event), to in moves.items()]
    head = "<!-- Generated from the tables by `python -m notify.diagrams`: change those, not this page. -->"
    table = markdown_table(("state", "event", "to", ""), sorted(rows))
    return f"# {title}\n\n{head}\n\n{diagram.mermaid()}\n\n{_NOTE}\n\n{table}\n"


if __name__ == "__main__":
    write()
