"""What is drawn of the states of this package."""

from typing import Any, Final

from kernel.states.page import REFUSED, StatePage
from notify.sending.states import ATTEMPT_MOVES, DELIVERY_MOVES, AttemptState, DeliveryState

_NOTE: Final = (
    "An event that stays is kept on record and changes nothing: repeats, late answers and receipts out of order are no "
    f"errors. {REFUSED}"
)
PAGES: Final[tuple[StatePage[Any, Any], ...]] = (
    StatePage(
        file="attempt.md",
        title="Attempt (lần gửi)",
        table=ATTEMPT_MOVES,
        names={
            AttemptState.SENDING: "Đang gọi",
            AttemptState.ACCEPTED: "Được nhận",
            AttemptState.TRANSIENT: "Lỗi tạm thời",
            AttemptState.PERMANENT: "Bị từ chối",
            AttemptState.UNKNOWN: "Chưa rõ",
        },
        note=_NOTE,
    ),
    StatePage(
        file="delivery.md",
        title="Delivery (việc gửi tin)",
        table=DELIVERY_MOVES,
        names={
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
        },
        start=DeliveryState.QUEUED,
        note=_NOTE,
    ),
)
