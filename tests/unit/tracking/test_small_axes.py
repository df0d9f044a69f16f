"""The hand-over axis, the life of an upload, and the pages generated from all tables."""

import itertools
from pathlib import Path

import pytest

from kernel.errors import DomainError
from tracking import diagrams
from tracking.handover import HAND_OVER_LABELS, WAY_LABELS, HandOver, HandOverEvent, HandOverWay, hand_over_transition
from tracking.upload_states import UPLOAD_LABELS, UploadEvent, UploadState, upload_transition

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
        assert hand_over_transition(state, event) == wanted
        return
    with pytest.raises(DomainError) as refusal:
        hand_over_transition(state, event)
    assert refusal.value.code == "hand_over_not_allowed"
    assert refusal.value.params["allowed_from"] == sorted(
        source for (source, what), target in HAND_OVERS.items() if what == event and source != target
    )


@pytest.mark.parametrize(("state", "event"), list(itertools.product(UploadState, UploadEvent)))
def test_upload(state: UploadState, event: UploadEvent) -> None:
    wanted = UPLOADS.get((state.value, event.value))
    if wanted is not None:
        assert upload_transition(state, event) == wanted
        return
    with pytest.raises(DomainError) as refusal:
        upload_transition(state, event)
    assert (refusal.value.code, refusal.value.params) == ("upload_closed", {"upload_state": state.value})


def test_every_state_has_a_name() -> None:
    assert set(HAND_OVER_LABELS) == set(HandOver)
    assert set(WAY_LABELS) == set(HandOverWay)
    assert set(UPLOAD_LABELS) == set(UploadState)


@pytest.mark.parametrize("name", sorted(diagrams.render()))
def test_the_committed_diagram_is_current(name: str) -> None:
    committed = (diagrams.TARGET / name).read_text(encoding="utf-8")
    assert committed == diagrams.render()[name], "stale: run `python -m tracking.diagrams`"


def test_no_diagram_is_left_over() -> None:
    generated = {path.name for path in diagrams.TARGET.glob("*.md") if "tracking.diagrams" in path.read_text("utf-8")}
    assert generated == set(diagrams.render())


def test_write_makes_the_folder(tmp_path: Path) -> None:
    written = diagrams.write(tmp_path / "new" / "states")
    assert {path.name: path.read_text("utf-8") for path in written} == diagrams.render()
