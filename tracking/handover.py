"""The hand-over axis of a dossier as a pure table: is there a result, and has the citizen got it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.errors import DomainError
from kernel.states import StateTable
from kernel.texts.bilingual import Text


class HandOver(StrEnum):
    NOT_READY = "not_ready"
    READY = "ready"
    HANDED_OVER = "handed_over"


class HandOverEvent(StrEnum):
    RESULT_READY = "result_ready"
    RESULT_WITHDRAWN = "result_withdrawn"
    HAND_OVER = "hand_over"
    UNDO_HAND_OVER = "undo_hand_over"


class HandOverWay(StrEnum):
    """How the result reached the citizen."""

    ONLINE = "online"
    COUNTER = "counter"
    POST = "post"


HAND_OVER_LABELS: Final[Mapping[HandOver, Text]] = {
    HandOver.NOT_READY: Text("Chưa có kết quả", "No result yet"),
    HandOver.READY: Text("Có kết quả, chờ trả", "Result ready"),
    HandOver.HANDED_OVER: Text("Đã trả kết quả", "Handed over"),
}
WAY_LABELS: Final[Mapping[HandOverWay, Text]] = {
    HandOverWay.ONLINE: Text("Trực tuyến", "Online"),
    HandOverWay.COUNTER: Text("Tại bộ phận một cửa", "At the counter"),
    HandOverWay.POST: Text("Qua bưu chính công ích", "By post"),
}


def _refused(state: HandOver, event: HandOverEvent) -> DomainError:
    allowed_from = [source.value for source in HAND_OVER_MOVES.sources(event)]
    return DomainError("hand_over_not_allowed", state=state.value, action=event.value, allowed_from=allowed_from)


HAND_OVER_MOVES: Final = StateTable(
    {
        (HandOver.NOT_READY, HandOverEvent.RESULT_READY): HandOver.READY,
        (HandOver.READY, HandOverEvent.RESULT_READY): HandOver.READY,
        (HandOver.READY, HandOverEvent.RESULT_WITHDRAWN): HandOver.NOT_READY,
        (HandOver.NOT_READY, HandOverEvent.RESULT_WITHDRAWN): HandOver.NOT_READY,
        (HandOver.READY, HandOverEvent.HAND_OVER): HandOver.HANDED_OVER,
        (HandOver.HANDED_OVER, HandOverEvent.HAND_OVER): HandOver.HANDED_OVER,
        (HandOver.HANDED_OVER, HandOverEvent.UNDO_HAND_OVER): HandOver.READY,
    },
    _refused,
)
"""Raises DomainError("hand_over_not_allowed") with `allowed_from`."""
