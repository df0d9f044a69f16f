"""Every sentence that people read is in words of its language: no codes, types, numbers of states or octets."""

import ast
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import yaml

from attachments.content import KEPT_TYPES
from auth.organisations.rights import MANDATES
from mobile_contract import labels, vocabulary
from mobile_contract.problems import FIELD_TEXTS, PROBLEMS, TITLES
from mobile_contract.wording import placeholders, say
from notify.pages import text_pages
from notify.sending.states import DeliveryState
from procedures.definition import ActionKind
from tests.architecture.sources import DOMAINS, ROOT, SHARED, calls, product
from tests.support.words import faults

LANGUAGES = ("vi", "en")
# Names of one product or format in both languages, and what is the same word in both.
SAME = frozenset({"Zalo", "SMS", "PDF", "JPEG", "PNG", "HEIC", "HEIF", "TIFF", "WebP", "E-mail", "Homestay"})
# A value for each way in which a text can say one; several where the value is often a list.
EXAMPLES: dict[str, tuple[Any, ...]] = {
    "channel": ("sms", ["zalo", "inbox"]),
    "count": (1, 12_000),
    "data_type": ("integer", ["string", "null"]),
    "day": ("2026-11-30",),
    "file_type": ("image/heic", list(KEPT_TYPES)),
    "mandate": ("representative", "manage_clients"),
    "message_state": tuple(str(state) for state in DeliveryState),
    "plain": (3, 100_000),
    "role": ("receiver", ["hand_over", "leader", "receiver"]),
    "size": (20 << 20, 1_500_000, 900),
    "status": (5, [4, 9], list(vocabulary.DOSSIER_STATUSES)),
    "step_action": ("finish", [str(kind) for kind in ActionKind]),
    "wait": (1, 89, 561, 86_400, 200_000),
}


def _filled(text: str, language: str) -> Iterator[str]:
    """The text with each of the values that its placeholders can have."""
    ways = placeholders(text)
    for turn in range(max((len(EXAMPLES[way]) for way in ways.values()), default=1)):
        yield say(text, {name: EXAMPLES[way][turn % len(EXAMPLES[way])] for name, way in ways.items()}, language)


def _tables() -> Iterator[tuple[str, tuple[str, str]]]:
    yield from ((f"title {status}", pair) for status, pair in TITLES.items())
    yield from ((code, (problem.vi, problem.en)) for code, problem in PROBLEMS.items())
    yield from ((f"field {code}", pair) for code, pair in FIELD_TEXTS.items())
    yield from ((f"status {code}", pair) for code, pair in vocabulary.DOSSIER_STATUSES.items())
    for name, table in vars(labels).items():
        if name.endswith("_LABELS"):
            yield from ((f"{name} {code}", pair) for code, pair in table.items())


def _written() -> Iterator[tuple[str, tuple[str, str]]]:
    """Pairs written out in the sources: Text("…", "…")."""
    for source in product():
        # A setting has a Text of its own, which is another thing.
        for call in calls(source, "Text") if "from kernel.texts.bilingual import" in source.text else ():
            said = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if len(call.args) == len(said) == len(LANGUAGES):
                yield f"{source.path}:{call.lineno}", (said[0], said[1])


def _pairs_in(value: Any, where: str) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(value, list):
        yield from chain.from_iterable(_pairs_in(each, f"{where}/{place}") for place, each in enumerate(value))
    elif isinstance(value, dict):
        if isinstance(value.get("vi"), str) and isinstance(value.get("en"), str):
            yield where, (value["vi"], value["en"])
        if isinstance(value.get("title"), str) and isinstance(value.get("x-title-en"), str):
            yield f"{where}/title", (value["title"], value["x-title-en"])
        yield from chain.from_iterable(_pairs_in(each, f"{where}/{name}") for name, each in value.items())


def _kept() -> Iterator[tuple[str, tuple[str, str]]]:
    """Pairs in the data that the product reads: forms, rules, advice."""
    for package in (*DOMAINS, *SHARED):
        for path in sorted((ROOT / package).rglob("*.yaml")):
            yield from _pairs_in(yaml.safe_load(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT)))


def _templates(channel: str, language: str) -> Iterator[tuple[str, str]]:
    pages = text_pages(f"{channel}.{language}.yaml")
    for name, content in chain.from_iterable(page["templates"].items() for page in pages):
        for part in ("title", "body", "text"):
            if part in content:
                yield f"{channel}.{language} {name} {part}", content[part]
        yield from ((f"{channel}.{language} {name}", each["text"]) for each in content.get("fields", ()))


FILLED = frozenset({*PROBLEMS, *(f"field {code}" for code in FIELD_TEXTS)})
PAIRS = dict(chain(_tables(), _written(), _kept()))
TEMPLATES = dict(chain(_templates("inbox", "vi"), _templates("inbox", "en"), _templates("sms", "en")))
ZALO = dict(_templates("zalo", "vi"))


def test_there_is_something_to_read() -> None:
    kinds = (
        "title",
        "field",
        "tracking/reading/timeline_texts",
        "tracking/notices/texts",
        "residence/data",
        "notify/data",
    )
    for kind in kinds:
        assert any(place.startswith(kind) for place in PAIRS), kind
    assert {"advice", "rules"} <= {place.split("/")[2].removesuffix(".yaml") for place in PAIRS if "/data/" in place}


@pytest.mark.parametrize("place", sorted(PAIRS))
def test_a_sentence_is_in_words_of_its_language(place: str) -> None:
    pair = PAIRS[place]
    if pair[0] not in SAME:
        assert pair[0] != pair[1]
    for text, language in zip(pair, LANGUAGES, strict=True):
        for said in _filled(text, language) if place in FILLED else [text]:
            assert faults(said, language) == [], said


@pytest.mark.parametrize("place", sorted(TEMPLATES | ZALO))
def test_a_template_is_in_words_of_its_language(place: str) -> None:
    text = (TEMPLATES | ZALO)[place]
    assert faults(text, "vi" if ".vi " in place else "en") == [], text


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_detail_says_more_than_the_title(code: str) -> None:
    problem = PROBLEMS[code]
    for title, detail in zip(TITLES[problem.status], (problem.vi, problem.en), strict=True):
        assert title.casefold() != detail.rstrip(".").casefold()


def test_a_way_to_say_a_value_is_used_and_tried() -> None:
    texts = [*chain.from_iterable(FIELD_TEXTS.values()), *(text for each in PROBLEMS.values() for text in each[1:])]
    assert {way for text in texts for way in placeholders(text).values()} == set(EXAMPLES)


def test_every_code_that_is_said_has_a_name() -> None:
    assert set(labels.ROLE_LABELS) == set(vocabulary.ROLES)
    assert set(labels.MANDATE_LABELS) == {*MANDATES, "representative"}
    assert set(labels.STEP_ACTION_LABELS) == {str(kind) for kind in ActionKind}
    assert set(labels.MESSAGE_STATE_LABELS) == {str(state) for state in DeliveryState}
    assert set(labels.FILE_TYPE_LABELS) >= set(KEPT_TYPES)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Trạng thái 5 không cho phép việc này; được phép ở các trạng thái: 4, 9.", "vi"),
        ("Bước này thuộc vai trò leader.", "vi"),
        ("Loại kết quả phải là một trong: giay_chung_nhan.", "vi"),
        ("Tệp quá lớn, nhiều nhất 20971520 byte.", "vi"),
        ("Sai kiểu dữ liệu, cần: integer.", "vi"),
        ("Cần từ 1 đến 200 ký tự hoặc phần tử.", "vi"),
        ("Quá nhiều lần thử, hãy đợi 561 giây.", "vi"),
        ("State 5 does not allow this.", "en"),
        ("Wrong type; needed: string.", "en"),
        ("Lệ phí 100,000 đồng.", "vi"),
        ("The fee is 100.000 VND.", "en"),
        ("Khong tim thay ho so.", "vi"),
        ("Giấy tờ này chỉ nhận: application/pdf.", "vi"),
        ("Needs 1 to 5 message(s).", "en"),
    ],
)
def test_what_people_cannot_read_is_found(text: str, language: str) -> None:
    assert faults(text, language)
