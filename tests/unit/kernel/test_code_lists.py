"""A list is narrowed and searched as people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.organisations.lists import code_lists as auth_lists
from kernel.texts.code_lists import CodeList, Entry
from mobile_contract import vocabulary
from residence.lists import code_lists as residence_lists
from residence.reading.catalogues import NationalityCode, find_nationality
from tracking.lists import code_lists as tracking_lists
from tracking.lists import english_place

LISTS = {each.name: each for each in (*tracking_lists(), *residence_lists(), *auth_lists())}


def found(name: str, sought: str, within: str | None = None) -> list[str]:
    return [entry.code for entry in LISTS[name].select(sought=sought, within=within)]


@pytest.mark.parametrize(
    "sought", ["Đà Nẵng", "da nang", "ĐA NẴNG", "Ðà Nẵng", "nẵng đà", "Ｄａ Ｎａｎｇ", "48", "Da Nang City"]
)
def test_a_province_is_found_however_it_is_typed(sought: str) -> None:
    assert found("provinces", sought) == ["48"]


@pytest.mark.parametrize(
    ("name", "sought", "code"),
    [
        ("communes", "dien ban", "20551"),
        ("nationalities", "han quoc", "KOR"),
        ("nationalities", "south kor", "KOR"),
        ("nationalities", "KOR", "KOR"),
        ("nationalities", "campuchia", "KHM"),
        ("nationalities", "germany", "D"),
        ("guest-reasons", "du lịch", "1"),
        ("guest-document-kinds", "hộ chiếu", "4"),
    ],
)
def test_entries_of_other_lists(name: str, sought: str, code: str) -> None:
    assert code in found(name, sought)


@pytest.mark.parametrize("sought", ["zzzz", "...", "\u200b", "đà zzz", "' OR 1=1"])
def test_what_names_nothing_finds_nothing(sought: str) -> None:
    assert found("provinces", sought) == []


def test_communes_lie_in_their_province() -> None:
    communes = LISTS["communes"]
    assert sum(len(communes.select(within=p.code)) for p in LISTS["provinces"].entries) == len(communes.entries)
    assert {"20551"} <= set(found("communes", "điện bàn", within="48"))
    assert found("communes", "điện bàn", within="01") == []


def test_every_entry_has_a_name_in_both_languages_and_a_code_of_its_own() -> None:
    for each in LISTS.values():
        assert all(entry.code and entry.vi and entry.en for entry in each.entries)
        assert len({entry.code for entry in each.entries}) == len(each.entries)


def test_lists_hold_the_codes_that_are_taken() -> None:
    def codes(name: str) -> tuple[str, ...]:
        return tuple(entry.code for entry in LISTS[name].entries)

    assert codes("lodging-kinds") == vocabulary.LODGING_KINDS
    assert codes("organisation-kinds") == vocabulary.ORGANISATION_KINDS
    assert set(codes("dossier-statuses")) == {str(code) for code in vocabulary.DOSSIER_STATUSES}
    assert len(codes("business-lines")) == 495
    for code in codes("nationalities"):
        found = find_nationality(code)
        assert isinstance(found, NationalityCode)
        assert found.code == code


def test_a_list_that_changes_has_another_digest() -> None:
    one = CodeList("x", "X", "X", (Entry("1", "Một", "One"),))
    other = CodeList("x", "X", "X", (Entry("1", "Một", "First"),))
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("Thành phố Hà Nội", "Ha Noi City"),
        ("Phường Điện Bàn Bắc", "Dien Ban Bac Ward"),
        ("Đặc khu Hoàng Sa", "Hoang Sa Special Zone"),
        ("Xã Ba", "Ba Commune"),
        ("Phường 1", "Ward 1"),
    ],
)
def test_places_in_english(name: str, english: str) -> None:
    assert english_place(name) == english


@given(st.text(max_size=40))
def test_any_search_is_a_part_of_the_list_in_its_order(sought: str) -> None:
    for name in ("provinces", "nationalities"):
        entries = list(LISTS[name].entries)
        kept = list(LISTS[name].select(sought=sought))
        assert kept == [entry for entry in entries if entry in kept]
