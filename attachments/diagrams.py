"""What is drawn of the states of this package."""

from typing import Any, Final

from attachments.states import UPLOAD_LABELS, UPLOAD_MOVES
from kernel.states.page import StatePage

PAGES: Final[tuple[StatePage[Any, Any], ...]] = (
    StatePage(
        file="upload.md",
        title="Upload (tệp tải lên)",
        table=UPLOAD_MOVES,
        names={state: label.vi for state, label in UPLOAD_LABELS.items()},
    ),
)
