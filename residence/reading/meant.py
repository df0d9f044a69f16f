"""What was meant by the texts of a guest: invisible signs, web code and double blanks taken off, numbers in capitals.

Every door sends its values through here before the rules judge them: files, the form, systems, scanned documents. Only
what is certain is changed, and what a reader would not see by looking is said. Pure.
"""

import html
import re
import unicodedata
from dataclasses import replace
from typing import Any, Final

from kernel.texts.folding import fold, typed, vietnamese_d, visible
from residence.guests import VIETNAMESE_NATIONALITY, BirthPrecision, GuestDeclaration
from residence.reading.names import from_mrz_letters
from residence.rules.findings import Finding

TEXTS: Final = (
    "full_name",
    "document_name",
    "document_number",
    "phone",
    "commune_code",
    "address",
    "room",
    "reason_text",
    "note",
    "passport_kind",
    "entry_document_kind",
    "entry_document_number",
    "entry_document_issuer",
    "entry_gate",
    "entry_purpose",
)
# Typed or pasted with an input method on, they come in full-width digits or in letters of another script.
_NUMBERS: Final = frozenset({"document_number", "entry_document_number"})
_VIETNAMESE: Final = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
# Most texts are of these signs, with no blank too many, and need no second look.
_SIGN: Final = rf"[!-%'-~{_VIETNAMESE}{_VIETNAMESE.upper()}]"
_PLAIN: Final = re.compile(rf"{_SIGN}+(?: {_SIGN}+)*")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
# Programs that encode twice do so twice.
_MOST_TIMES: Final = 3
_PHONE_SIGNS: Final = re.compile(r"[ .()\-]")
_ZERO_LOST: Final = re.compile(r"[35789]\d{8}")
_ROOM: Final = re.compile(
    r"^(?:số )?(?:phòng|buồng|phong|room|rm\.?|p\.)(?: số| so| no\.?)?\s*[:#]?\s*(?=\w*\d\w*$)", re.IGNORECASE
)
# What people write where a list asks and there is nothing to say; sent on, it would stand for a room or a number.
_ASKED_FOR: Final = ("room", "phone")
_NONE: Final = frozenset({"-", "--", "---", "–", "—", ".", "/", "n/a", "không có", "khong co", "không", "trống"})
_MOST_TIDIED: Final = 2000
_TWO_WORDS: Final = 2


def settle(values: dict[str, Any]) -> list[Finding]:
    """Rewrites `values`, fields of `GuestDeclaration` of which some may be missing; says what was taken off.

    Doing it twice changes nothing more. A text of nothing visible is no value.
    """
    findings: list[Finding] = []
    for name in TEXTS:
        text = values.get(name)
        if text and name in _ASKED_FOR and fold(text) in _NONE:
            del values[name]
            continue
        # What is too long for any field is refused for that, and not looked at sign by sign.
        if text and len(text) <= _MOST_TIDIED and _PLAIN.fullmatch(text) is None:
            _tidy(values, name, text, findings)
    _settle_name(values)
    number = values.get("document_number")
    if number:
        values["document_number"] = number.upper()
    if values.get("phone"):
        _settle_phone(values, findings)
    _settle_birth(values)
    return findings


def settled(guest: GuestDeclaration) -> tuple[GuestDeclaration, list[Finding]]:
    """A whole declaration as it was meant, and what was taken off."""
    told = {name: getattr(guest, name) for name in (*TEXTS, "nationality", "birth_date", "birth_precision")}
    before = dict(told)
    findings = settle(told)
    changed = {name: told.get(name, "") for name, value in before.items() if told.get(name, "") != value}
    return (replace(guest, **changed) if changed else guest), findings


def bare_room(room: str) -> str:
    """A room's number as the authority wants it, without the word before it: "Phòng 5B" -> "5B"."""
    return _ROOM.sub("", room)


def _tidy(values: dict[str, Any], name: str, text: str, findings: list[Finding]) -> None:
    decoded = _decoded(text)
    if decoded != text:
        findings.append(Finding("web_code_read", name, text, {"read": decoded}))
    lines = _guests_on_lines(decoded) if name == "full_name" else decoded
    if _holds_control(lines):
        # What a wrong encoding leaves stays for the rules, which refuse it.
        values[name] = lines
        return
    if name == "document_number":
        # Kept in capitals; some letters have a twin only there.
        lines = lines.upper()
    seen = visible(lines)
    clean = typed(lines) if name in _NUMBERS else seen
    if seen != " ".join(unicodedata.normalize("NFC", lines).split()):
        findings.append(Finding("hidden_signs_removed", name, clean))
    elif clean != seen:
        findings.append(Finding("signs_read_plain", name, clean))
    if clean:
        values[name] = clean
    else:
        del values[name]


def _decoded(text: str) -> str:
    """`Nguy&#7877;n` as a browser shows it."""
    for _ in range(_MOST_TIMES):
        if _ENTITY.search(text) is None:
            break
        text = html.unescape(text)
    return text


def _guests_on_lines(text: str) -> str:
    """A name on several lines of a cell: one that was wrapped is joined, several names stay apart."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(len(line.split()) >= _TWO_WORDS for line in lines):
        return " / ".join(line.strip() for line in lines)
    return text


def _holds_control(text: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Cs") and not sign.isspace() for sign in text)


def _settle_name(values: dict[str, Any]) -> None:
    name = values.get("full_name")
    if not name:
        return
    if values.get("nationality") == VIETNAMESE_NATIONALITY:
        values["full_name"] = vietnamese_d(name)
    else:
        values["full_name"] = from_mrz_letters(name) or name


def _settle_phone(values: dict[str, Any], findings: list[Finding]) -> None:
    text = _PHONE_SIGNS.sub("", values["phone"])
    if _ZERO_LOST.fullmatch(text):
        findings.append(Finding("phone_zero_restored", "phone", text, {"restored": "0" + text}))
        text = "0" + text
    values["phone"] = text
    if not text:
        del values["phone"]


def _settle_birth(values: dict[str, Any]) -> None:
    """Parts of a birth date that nobody knows are 1."""
    born, precision = values.get("birth_date"), values.get("birth_precision", BirthPrecision.DAY)
    if born is not None and precision is not BirthPrecision.DAY:
        month = born.month if precision is BirthPrecision.MONTH else 1
        values["birth_date"] = born.replace(day=1, month=month)
