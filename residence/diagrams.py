"""Pages of the state tables of this package: `python -m residence.diagrams` writes docs/states/{lodging,stay,…}.md."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from kernel.diagrams import StateDiagram, markdown_table
from residence.account import ACCOUNT_MOVES, AccountState
from residence.states import (
    BATCH_MOVES,
    LODGING_MOVES,
    STAY_MOVES,
    BatchState,
    LodgingState,
    StayState,
)
from residence.transmission_states import ITEM_MOVES, TRANSMISSION_MOVES, ItemState, TransmissionState

TARGET: Final = Path(__file__).parent.parent / "docs" / "states"
_HEAD: Final = "<!-- Generated from the tables by `python -m residence.diagrams`: change those, not this page. -->"
_NOTE: Final = "What no row allows is refused."
_LODGING: Final = {
    LodgingState.PENDING: "Chờ công an duyệt",
    LodgingState.ACTIVE: "Đang hoạt động",
    LodgingState.REFUSED: "Không được duyệt",
    LodgingState.SUSPENDED: "Bị tạm dừng",
    LodgingState.CLOSED: "Đã đóng",
}
_ACCOUNT: Final = {
    AccountState.MISSING: "Chưa có tài khoản",
    AccountState.UNTRIED: "Chưa thử được",
    AccountState.WORKING: "Cổng đã nhận",
    AccountState.REFUSED: "Cổng không nhận",
}
_STAY: Final = {
    StayState.STAYING: "Đang lưu trú",
    StayState.LEFT: "Đã rời đi sớm",
    StayState.ANNULLED: "Đã hủy khai báo",
}
_BATCH: Final = {
    BatchState.CHECKED: "Đã kiểm tra",
    BatchState.ACCEPTED: "Đã nhận",
    BatchState.REFUSED: "Không đọc được",
}
_TRANSMISSION: Final = {
    TransmissionState.QUEUED: "Chờ gửi",
    TransmissionState.SENDING: "Đang gửi",
    TransmissionState.WAITING: "Chờ gửi lại",
    TransmissionState.UNKNOWN: "Chưa rõ",
    TransmissionState.TRANSMITTED: "Đã gửi",
    TransmissionState.CONFIRMED: "Đã đối chiếu",
    TransmissionState.IN_DOUBT: "Cần người xem",
    TransmissionState.REFUSED: "Bị từ chối",
    TransmissionState.CANCELLED: "Đã rút",
}
_ITEM: Final = {
    ItemState.QUEUED: "Chờ gửi",
    ItemState.SENT: "Đã gọi, chưa rõ",
    ItemState.TRANSMITTED: "Đã gửi",
    ItemState.CONFIRMED: "Đã đối chiếu",
    ItemState.IN_DOUBT: "Cần người xem",
    ItemState.REFUSED: "Bị từ chối",
    ItemState.CANCELLED: "Đã rút",
}
S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def render() -> dict[str, str]:
    """File name -> page."""
    return {
        "lodging.md": _page("Lodging (cơ sở lưu trú)", _LODGING, LODGING_MOVES),
        "lodging_account.md": _page("Account at the authority's portal (tài khoản cổng)", _ACCOUNT, ACCOUNT_MOVES),
        "stay.md": _page("Stay (lượt lưu trú)", _STAY, STAY_MOVES),
        "batch.md": _page("File of guests (tệp danh sách khách)", _BATCH, BATCH_MOVES),
        "transmission.md": _page("Transmission (lần gửi sang cổng của công an)", _TRANSMISSION, TRANSMISSION_MOVES),
        "transmission_item.md": _page("One declaration of a transmission", _ITEM, ITEM_MOVES),
    }


def write(target: Path = TARGET) -> None:
    """Writes every page into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    for name, page in render().items():
        (target / name).write_text(page, encoding="utf-8")


def _page(title: str, names: Mapping[S, str], moves: Mapping[tuple[S, E], S]) -> str:
    edges = [(str(state), str(to), str(event)) for (state, event), to in moves.items() if state != to]
    left = {source for source, _, _ in edges}
    diagram = StateDiagram(
        names={str(state): name for state, name in names.items()},
        edges=edges,
        start=str(next(iter(names))),
        final=[str(state) for state in names if str(state) not in left],
    )
    rows = sorted(
        (str(state), str(event), str(to), "stays" if state == to else "") for (state, event), to in moves.items()
    )
    table = markdown_table(("state", "event", "to", ""), rows)
    return f"# {title}\n\n{_HEAD}\n\n{diagram.mermaid()}\n\n{_NOTE}\n\n{table}\n"


if __name__ == "__main__":
    write()
