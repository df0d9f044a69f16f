"""What is drawn of the states of this package."""

from typing import Any, Final

from auth.organisations.standing import STANDING_MOVES, Standing
from auth.states import PROOF_MOVES, SESSION_MOVES, ProofState, SessionState
from kernel.states.page import REFUSED, StatePage

PAGES: Final[tuple[StatePage[Any, Any], ...]] = (
    StatePage(
        file="organisation.md",
        title="Organisation (tổ chức)",
        table=STANDING_MOVES,
        names={
            Standing.CLAIMED: "Tự khai",
            Standing.PROVED: "Đã xác minh",
            Standing.DISPUTED: "Đang tranh chấp",
        },
        note=(
            "One claim to a tax code at most is proved; a new one begins as disputed while another is. `prove` "
            f"displaces a proof that is worth less (paper < registry < eid), else it is `contest`. {REFUSED}"
        ),
    ),
    StatePage(
        file="phone_proof.md",
        title="Phone proof (xác nhận số điện thoại)",
        table=PROOF_MOVES,
        names={
            ProofState.PENDING: "Chờ nhập mã",
            ProofState.CONFIRMED: "Đã xác nhận",
            ProofState.EXHAUSTED: "Hết lượt thử",
            ProofState.SUPERSEDED: "Có mã mới hơn",
        },
        note="What no row allows is refused, as is every code after its time.",
    ),
    StatePage(
        file="session.md",
        title="Session (phiên đăng nhập)",
        table=SESSION_MOVES,
        names={
            SessionState.ACTIVE: "Đang đăng nhập",
            SessionState.REVOKED: "Đã đăng xuất",
            SessionState.EXPIRED: "Hết hạn",
        },
        # A session expires with time alone, and its owner may end it: neither is a refresh.
        also=[
            (SessionState.ACTIVE, SessionState.REVOKED, "log_out"),
            (SessionState.ACTIVE, SessionState.EXPIRED, "time"),
        ],
        note=(
            "An event is which refresh token was shown. `current` gets a successor; `retried` gets the one that was "
            "given before, so a lost answer costs nothing. A token is `retried` in the window, and after it while "
            f"nobody has used what came with its successor. {REFUSED}"
        ),
    ),
)
