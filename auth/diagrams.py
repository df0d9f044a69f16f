"""Pages of the state tables of this package: `python -m auth.diagrams` writes them to docs/states/."""

from pathlib import Path
from typing import Final

from auth.standing import STANDING, Standing
from auth.states import PROOF, Presented, ProofState, RefreshStep, SessionState, refresh_step
from kernel.diagrams import StateDiagram, markdown_table

TARGET: Final = Path(__file__).parent.parent / "docs" / "states"
_HEAD: Final = "<!-- Generated from the tables by `python -m auth.diagrams`: change those, not this page. -->"
_PROOF_NAMES: Final = {
    ProofState.PENDING: "Chờ nhập mã",
    ProofState.CONFIRMED: "Đã xác nhận",
    ProofState.EXHAUSTED: "Hết lượt thử",
    ProofState.SUPERSEDED: "Có mã mới hơn",
}
_STANDING_NAMES: Final = {
    Standing.CLAIMED: "Tự khai",
    Standing.PROVED: "Đã xác minh",
    Standing.DISPUTED: "Đang tranh chấp",
}
_SESSION_NAMES: Final = {
    SessionState.ACTIVE: "Đang đăng nhập",
    SessionState.REVOKED: "Đã đăng xuất",
    SessionState.EXPIRED: "Hết hạn",
}
# A session expires with time alone, and its owner may end it: neither is a refresh, so neither is in the table.
_OTHER_ENDS: Final = [
    (str(SessionState.ACTIVE), str(SessionState.REVOKED), "log_out"),
    (str(SessionState.ACTIVE), str(SessionState.EXPIRED), "time"),
]


def render() -> dict[str, str]:
    """File name -> page."""
    return {
        "organisation.md": _standing_page(),
        "phone_proof.md": _proof_page(),
        "session.md": _session_page(),
    }


def write(target: Path = TARGET) -> None:
    """Writes every page into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    for name, page in render().items():
        (target / name).write_text(page, encoding="utf-8")


def _proof_page() -> str:
    diagram = StateDiagram(
        names={str(state): name for state, name in _PROOF_NAMES.items()},
        edges=[(str(state), str(to), str(event)) for (state, event), to in PROOF.items()],
        start=str(ProofState.PENDING),
        final=sorted(str(state) for state in ProofState if state is not ProofState.PENDING),
    )
    table = markdown_table(
        ("state", "event", "to"), sorted((str(state), str(event), str(to)) for (state, event), to in PROOF.items())
    )
    note = "What no row allows is refused, as is every code after its time."
    return f"# Phone proof (xác nhận số điện thoại)\n\n{_HEAD}\n\n{diagram.mermaid()}\n\n{note}\n\n{table}\n"


def _standing_page() -> str:
    edges = [(str(state), str(to), str(event)) for (state, event), to in STANDING.items()]
    diagram = StateDiagram(
        names={str(state): name for state, name in _STANDING_NAMES.items()},
        edges=edges,
        start=str(Standing.CLAIMED),
        final=[],
    )
    table = markdown_table(("state", "event", "to"), sorted((first, event, to) for first, to, event in edges))
    note = (
        "One claim to a tax code at most is proved; a new one begins as disputed while another is. `prove` displaces a "
        "proof that is worth less (paper < registry < eid), else it is `contest`. What no row allows is refused."
    )
    return f"# Organisation (tổ chức)\n\n{_HEAD}\n\n{diagram.mermaid()}\n\n{note}\n\n{table}\n"


def _session_page() -> str:
    rows = [(state, shown, refresh_step(state, shown)) for state in SessionState for shown in Presented]
    ends = {RefreshStep.ROTATE: SessionState.ACTIVE, RefreshStep.REVOKE: SessionState.REVOKED}
    edges = [(str(state), str(ends[step]), str(shown)) for state, shown, step in rows if step in ends]
    diagram = StateDiagram(
        names={str(state): name for state, name in _SESSION_NAMES.items()},
        edges=edges + _OTHER_ENDS,
        start=str(SessionState.ACTIVE),
        final=[str(SessionState.EXPIRED), str(SessionState.REVOKED)],
    )
    table = markdown_table(
        ("state", "refresh token", "step"), [(str(state), str(shown), str(step)) for state, shown, step in rows]
    )
    note = (
        "`repeat` gives the successor that was given before, so a lost answer costs nothing; `refuse` changes "
        "nothing.\n"
        "A token is `retried` in the window, and after it while nobody has used what came with its successor."
    )
    return f"# Session (phiên đăng nhập)\n\n{_HEAD}\n\n{diagram.mermaid()}\n\n{note}\n\n{table}\n"


if __name__ == "__main__":
    write()
