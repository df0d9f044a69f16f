"""The sentences in which `motcua audit` tells what it has found, in Vietnamese and English."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from kernel.audit.findings import Finding, Report, Wrong
from kernel.clock import local

_OLDER_VI: Final = (
    "Chuỗi dài {length}, khớp đến {after}. Đuôi bị cắt, bị viết lại, hay đã chủ ý khôi phục bản sao lưu? "
    "Nếu chủ ý: motcua audit accept-restore"
)
_OLDER_EN: Final = (
    "The chain holds {length} and fits up to {after}. Was its end cut off, written anew, or was a backup restored on "
    "purpose? If on purpose: motcua audit accept-restore"
)
_SAID: Final[dict[Wrong, tuple[str, str]]] = {
    Wrong.POSITIONS_MISSING: ("thiếu các vị trí đến {until}", "the positions up to {until} are missing"),
    Wrong.ROW_REMOVED: ("dòng đã bị xóa: {row}", "the row was removed: {row}"),
    Wrong.ROW_REMOVED_BEFORE_CHAINED: (
        "dòng đã bị xóa trước khi vào chuỗi: {row}",
        "the row was removed before it was chained: {row}",
    ),
    Wrong.ROW_ALTERED: ("dòng hoặc mắt xích đã bị sửa: {row}", "the row or its link was altered: {row}"),
    Wrong.ROW_NOT_OURS: (
        "dòng không do hệ thống này ghi, hoặc bị sửa trước khi vào chuỗi: {row}",
        "the row was not written by this system, or was altered before it was chained: {row}",
    ),
    Wrong.ROW_OUTSIDE: ("dòng nằm ngoài chuỗi: {row}", "the row stands outside the chain: {row}"),
    Wrong.LINK_WITHOUT_KEY: (
        "từ đây chuỗi chưa có khóa; sau khi nâng cấp, hãy đợi `motcua worker sweep` chạy xong",
        "from here on the links have no key; after an upgrade wait until `motcua worker sweep` is through",
    ),
    Wrong.OLDER_CHAIN_BROKEN: (
        "{count} mắt xích của chuỗi cũ không khớp khi nâng cấp (ghi tại vị trí {told_at})",
        "{count} links of the older chain did not fit at the upgrade (told at position {told_at})",
    ),
    Wrong.CHECKPOINT_NOT_OURS: (
        "chữ ký của điểm kiểm không phải của hệ thống này",
        "the checkpoint was not signed by this system",
    ),
    Wrong.CHECKPOINT_DIFFERS: (
        "điểm kiểm đã ký không khớp với chuỗi, hoặc đoạn chuỗi của nó không còn",
        "the signed checkpoint does not fit the chain, or its part of the chain is gone",
    ),
    Wrong.CHECKPOINT_MISSING: ("điểm kiểm đã bị xóa, neo vẫn còn", "the checkpoint was removed; its anchor is there"),
    Wrong.END_NOT_SIGNED: ("cuối chuỗi không có điểm kiểm đã ký", "no signed checkpoint covers the end of the chain"),
    Wrong.ANCHOR_NOT_OURS: ("neo không đọc được hoặc không đúng: {where}", "the anchor is not as it was: {where}"),
    Wrong.ANCHOR_MISSING: (
        "{count} neo không còn trong kho tệp, từ vị trí {first} đến {last}",
        "{count} anchors are gone from the file store, positions {first} to {last}",
    ),
    Wrong.ANCHORS_DO_NOT_FIT: (
        "cơ sở dữ liệu cũ hơn các neo của nó: {count} neo từ vị trí {first} đến {last} không khớp. " + _OLDER_VI,
        "the database is older than its anchors: {count} anchors from position {first} to {last} do not fit. "
        + _OLDER_EN,
    ),
}


def sentence(finding: Finding) -> str:
    """One finding on one line: where, when, and what, in both languages."""
    row = ", ".join(f"{name} {value}" for name, value in finding.about.items())
    values = {**finding.about, "row": row}
    vi, en = (said.format(**values) for said in _SAID[finding.code])
    place = [] if finding.position is None else [f"vị trí / position {finding.position}"]
    time = [] if finding.at is None else [moment(finding.at)]
    return f"{' · '.join([*place, *time]) or '–'}: {vi} / {en}"


def summary(report: Report) -> Iterator[str]:
    """How long the chain is, and from which moment on nothing is anchored."""
    yield f"Chuỗi có {report.length} vị trí. / The chain holds {report.length} positions."
    if report.anchored_at is None:
        yield "Chưa có neo nào bên ngoài. / Nothing is anchored outside the database yet."
    else:
        at = moment(report.anchored_at)
        yield f"Neo mới nhất: vị trí {report.anchored}, {at}. / The newest anchor: position {report.anchored}, {at}."
    since = min((at for at in (report.unanchored_since, report.waiting_since) if at is not None), default=None)
    if since is not None:
        yield f"Chưa được neo: từ {moment(since)}. / Not anchored yet: from {moment(since)} on."
    if report.waiting_since is not None:
        waits = moment(report.waiting_since)
        yield (
            f"Chưa vào chuỗi: {report.waiting} dòng, từ {waits}. / "
            f"Not in the chain yet: {report.waiting} rows, from {waits} on."
        )
    for restore in report.restores:
        at = moment(restore.at)
        yield (
            f"Đã chấp nhận khôi phục lúc {at}: bỏ các neo sau vị trí {restore.after} đến {restore.until} "
            f"({restore.reason}). / A restore was accepted at {at}: the anchors after position {restore.after} up to "
            f"{restore.until} are given up ({restore.reason})."
        )


def verdict(report: Report) -> str:
    """The last line."""
    if not report.wrong:
        return "OK"
    return f"Có {report.wrong} chỗ sai. / {report.wrong} things are wrong."


def moment(at: datetime) -> str:
    return local(at).isoformat(sep=" ", timespec="seconds")
