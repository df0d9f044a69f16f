"""The hand-over axis and the life of an upload."""

import itertools

import pytest

from attachments.states import UPLOAD_LABELS, UPLOAD_MOVES, UploadEvent, UploadState
from kernel.errors import DomainError
from tracking.handover import HAND_OVER_LABELS, HAND_OVER_MOVES, WAY_LABELS, HandOver, HandOverEvent, HandOverWay

HAND_OVERS = {
    ("not_ready", "result_ready"): "ready",
    ("not_ready", "result_withdrawn"): "not_ready",
    ("ready", "result_ready"): "ready",
    ("ready", "result_withdrawn"): "not_ready",
    ("ready", "hand_over"): "handed_over",
    ("handed_over", "hand_over"): "handed_over",
    ("handed_over", "undo_hand_over"): "ready",
}
UPLOADS = {
    ("receiving", "piece"): "receiving",
    ("receiving", "verified"): "complete",
    ("receiving", "belied"): "refused",
    ("complete", "verified"): "complete",
    ("refused", "belied"): "refused",
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(HandOver, HandOverEvent)))
def test_hand_over(state: HandOver, event: HandOverEvent) -> None:
    wanted = HAND_OVERS.get((state.value, event.value))
    if wanted is not None:
        assert HAND_OVER_MOVES.move(state, event) == wanted
        return
    with pytest.raises(DomainError) as refusal:
        HAND_OVER_MOVES.move(state, event)
    assert refusal.value.code == "hand_over_not_allowed"
    assert refusal.value.params["allowed_from"] == sorted(
        source for (source, what), target in HAND_OVERS.items() if what == event and source != target
    )


@pytest.mark.parametrize(("state", "event"), list(itertools.product(UploadState, UploadEvent)))
def test_upload(state: UploadState, event: UploadEvent) -> None:
    wanted = UPLOADS.get((state.value, event.value))
    if wanted is not None:
        assert UPLOAD_MOVES.move(state, event) == wanted
        return
    with pytest.raises(DomainError) as refusal:
        UPLOAD_MOVES.move(state, event)
    assert (refusal.value.code, refusal.value.params) == ("upload_closed", {"upload_state": state.value})


def test_every_state_has_a_name() -> None:
    assert set(HAND_OVER_LABELS) == set(HandOver)
    assert set(WAY_LABELS) == set(HandOverWay)
    assert set(UPLOAD_LABELS) == set(UploadState)
