"""What is drawn of the states of this package."""

from typing import Any, Final

from kernel.states.page import StatePage
from residence.accounts.account import ACCOUNT_MOVES, AccountState
from residence.states import (
    BATCH_MOVES,
    LODGING_MOVES,
    STAY_MOVES,
    BatchState,
    LodgingState,
    StayState,
)
from residence.transmission.states import ITEM_MOVES, TRANSMISSION_MOVES, ItemState, TransmissionState

PAGES: Final[tuple[StatePage[Any, Any], ...]] = (
    StatePage(
        file="lodging.md",
        title="Lodging (cơ sở lưu trú)",
        table=LODGING_MOVES,
        names={
            LodgingState.PENDING: "Chờ công an duyệt",
            LodgingState.ACTIVE: "Đang hoạt động",
            LodgingState.REFUSED: "Không được duyệt",
            LodgingState.SUSPENDED: "Bị tạm dừng",
            LodgingState.CLOSED: "Đã đóng",
        },
    ),
    StatePage(
        file="lodging_account.md",
        title="Account at the authority's portal (tài khoản cổng)",
        table=ACCOUNT_MOVES,
        names={
            AccountState.MISSING: "Chưa có tài khoản",
            AccountState.UNTRIED: "Chưa thử được",
            AccountState.WORKING: "Cổng đã nhận",
            AccountState.REFUSED: "Cổng không nhận",
        },
    ),
    StatePage(
        file="stay.md",
        title="Stay (lượt lưu trú)",
        table=STAY_MOVES,
        names={
            StayState.STAYING: "Đang lưu trú",
            StayState.LEFT: "Đã rời đi sớm",
            StayState.ANNULLED: "Đã hủy khai báo",
        },
    ),
    StatePage(
        file="batch.md",
        title="File of guests (tệp danh sách khách)",
        table=BATCH_MOVES,
        names={
            BatchState.JUDGING: "Đang kiểm tra",
            BatchState.CHECKED: "Đã kiểm tra",
            BatchState.ACCEPTING: "Đang nhận",
            BatchState.ACCEPTED: "Đã nhận",
            BatchState.REFUSED: "Không đọc được",
        },
    ),
    StatePage(
        file="transmission.md",
        title="Transmission (lần gửi sang cổng của công an)",
        table=TRANSMISSION_MOVES,
        names={
            TransmissionState.QUEUED: "Chờ gửi",
            TransmissionState.SENDING: "Đang gửi",
            TransmissionState.WAITING: "Chờ gửi lại",
            TransmissionState.UNKNOWN: "Chưa rõ",
            TransmissionState.TRANSMITTED: "Đã gửi",
            TransmissionState.CONFIRMED: "Đã đối chiếu",
            TransmissionState.IN_DOUBT: "Cần người xem",
            TransmissionState.REFUSED: "Bị từ chối",
            TransmissionState.CANCELLED: "Đã rút",
        },
    ),
    StatePage(
        file="transmission_item.md",
        title="One declaration of a transmission",
        table=ITEM_MOVES,
        names={
            ItemState.QUEUED: "Chờ gửi",
            ItemState.SENT: "Đã gọi, chưa rõ",
            ItemState.TRANSMITTED: "Đã gửi",
            ItemState.CONFIRMED: "Đã đối chiếu",
            ItemState.IN_DOUBT: "Cần người xem",
            ItemState.REFUSED: "Bị từ chối",
            ItemState.CANCELLED: "Đã rút",
        },
    ),
)
