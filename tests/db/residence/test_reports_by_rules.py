"""What the form and hotel systems send is judged by the rules of files, and kept as it was meant."""

from datetime import date, time
from typing import Any

import pytest

from kernel.errors import DomainError
from residence.guests import BirthPrecision, GuestDeclaration, Moment
from residence.service import chain, reports
from tests.db.residence.support import Town, foreigner, guest


def _refused(town: Town, *guests: GuestDeclaration) -> set[tuple[str, object]]:
    with pytest.raises(DomainError) as refused:
        reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, guests)
    assert refused.value.code == "invalid_fields"
    return {(field.pointer, field.params["rule"]) for field in refused.value.fields}


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"full_name": "Nguy?n V?n Th?"}, "full_name", "E23"),
        ({"full_name": "Nguyễn Văn Thử, Trần Thị Bé"}, "full_name", "E29"),
        ({"full_name": "Nguyễn Văn Thử 2"}, "full_name", "E30"),
        ({"birth_date": date(1, 3, 8)}, "birth_date", "E21"),
        ({"birth_precision": BirthPrecision.YEAR}, "birth_date", "E20"),
        ({"departure": Moment(date(2036, 11, 22))}, "departure", "E31"),
        ({"arrival": Moment(date(1999, 11, 22))}, "arrival", "E21"),
        ({"room": "02/03/2026"}, "room", "E21"),
        ({"note": "Khá»‘i 1"}, "note", "E23"),
        ({"phone": "undefined"}, "phone", "E22"),
        ({"commune_code": "Điện An"}, "commune_code", "E06"),
    ],
)
def test_a_guest_is_refused_for_what_a_row_is_refused_for(
    town: Town, changes: dict[str, Any], field: str, rule: str
) -> None:
    assert (f"/guests/1/{field}", rule) in _refused(town, foreigner(), guest(**changes))


def test_a_guest_is_kept_as_meant_and_the_sender_told(town: Town) -> None:
    sent = guest(full_name="Ðặng  Văn\u200b Thử", phone="912345678", room="101\u2060")
    (told,) = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [sent])
    assert {"W13", "W18"} <= {each.code for each in told.warnings}
    history = chain.read_stay(town.work, town.owner, town.desk, town.lodging.id, told.stay_id)
    kept = history.links[-1].guest
    assert kept is not None
    assert (kept.full_name, kept.phone, kept.room) == ("Đặng Văn Thử", "0912345678", "101")


def test_a_passport_in_small_letters_is_the_same_stay(town: Town) -> None:
    first, second = foreigner(document_number="b1234567"), foreigner(document_number="B1234567")
    told = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [first, second])
    assert [each.new for each in told] == [True, False]
    assert told[0].stay_id == told[1].stay_id


def test_a_correction_has_the_same_rules(town: Town) -> None:
    (told,) = reports.report_guests(town.work, town.owner, town.desk, town.lodging.id, [guest()])
    wrong = guest(full_name="Nguyễn Văn Thử (2 người)", arrival=Moment(date(2026, 11, 20), time(14)))
    with pytest.raises(DomainError) as refused:
        chain.correct_stay(town.work, town.owner, town.desk, town.lodging.id, told.stay_id, guest=wrong, note="sửa tên")
    assert [field.params["rule"] for field in refused.value.fields] == ["E29"]
