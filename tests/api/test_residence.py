"""A hotel's evening over HTTP: declared, corrected, seen by the police."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.edge.permits import PERMITS, SteppedUp
from residence.models import Stay
from tests.api.authorisation_lodging import PHOTO
from tests.api.residence_support import Evening
from tests.unit.residence.guests_made import foreign_guest


def test_a_guest_is_declared_in_one_request_and_shown_as_declared(evening: Evening) -> None:
    answer = evening.report(evening.guest())
    assert answer.status_code == 201
    (told,) = answer.get_json()["items"]
    assert told["new"] is True
    stay = evening.ask("GET", f"{evening.lodging}/stays/{told['stay_id']}").get_json()
    sent = evening.guest()
    assert {name: stay["guest"][name] for name in sent} == sent
    assert [(link["kind"], link["number"]) for link in stay["chain"]] == [("arrival", 1)]
    assert stay["has_photo"] is False


def test_the_same_key_declares_once_and_answers_the_same(evening: Evening) -> None:
    before = evening.count(Stay)
    key = {"Idempotency-Key": "evening-1"}
    first, again = (evening.report(evening.guest(), headers=key) for _ in range(2))
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert evening.count(Stay) == before + 1


def test_two_systems_that_declare_the_same_guest_at_once_declare_them_once(evening: Evening) -> None:
    before = evening.count(Stay)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: evening.report(evening.guest(), by="our front desk"), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    told = [answer.get_json()["items"][0] for answer in answers]
    assert len({each["stay_id"] for each in told}) == 1
    assert sum(each["new"] for each in told) == 1
    assert evening.count(Stay) == before + 1


def test_a_broken_guest_is_named_by_field_in_the_callers_language(evening: Evening) -> None:
    broken = [evening.guest(), evening.guest("12 34", nationality="VNM", document_kind=1, reason=2)]
    for language, words in (("vi", "ký tự lạ"), ("en", "other than letters and digits")):
        answer = evening.report(*broken, headers={"Accept-Language": language})
        assert answer.status_code == 422
        errors = answer.get_json()["errors"]
        assert [error["pointer"] for error in errors] == ["/guests/1/document_number"]
        assert errors[0]["message"].startswith("E13: ")
        assert words in errors[0]["message"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"arrival": "20/11/2026"}, "arrival"),
        ({"arrival": "2026-11-20T25:00"}, "arrival"),
        ({"nationality": "Pháp quốc"}, "nationality"),
        ({"sex": "X"}, "sex"),
        ({"document_kind": 10}, "document_kind"),
        ({"province_code": "48"}, "province_code"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_no_guest_is_is_refused_by_name(evening: Evening, changes: dict[str, Any], pointer: str) -> None:
    answer = evening.report(evening.guest(**changes))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [f"/guests/0/{pointer}"]


def test_a_nationality_that_is_no_code_is_hinted(evening: Evening) -> None:
    answer = evening.report(evening.guest(nationality="Pháp"), headers={"Accept-Language": "vi"})
    assert answer.get_json()["errors"][0]["message"].startswith("E05: ")
    assert answer.get_json()["errors"][0]["message"].endswith("Có phải là FRA?")


def test_a_passports_spelling_of_germany_is_the_authoritys(evening: Evening) -> None:
    (told,) = evening.report(evening.guest(nationality="DEU")).get_json()["items"]
    stay = evening.ask("GET", f"{evening.lodging}/stays/{told['stay_id']}").get_json()
    assert stay["guest"]["nationality"] == "D"


def test_documents_are_read_by_machine(evening: Evening) -> None:
    zone = "P<RUSZOLOCHEVSKAIA<<VERONIKA<<<<<<<<<<<<<<<<\n7777856719RUS9003082F3512090<<<<<<<<<<<<<<00"
    read = evening.ask("POST", "/v1/document-readings", json={"source": "mrz", "text": zone}).get_json()
    assert read["guest"]["full_name"] == "ZOLOCHEVSKAIA VERONIKA"
    assert read["guest"]["birth_date"] == "1990-03-08"
    assert {"E01", "E04"} <= {each["code"] for each in read["findings"]}
    code = "049090000001||Nguyễn Văn Thử|02091990|Nam|Điện Bàn|01012022"
    read = evening.ask("POST", "/v1/document-readings", json={"source": "qr", "text": code}).get_json()
    assert (read["guest"]["document_number"], read["guest"]["sex"]) == ("049090000001", "M")
    for source, framed in (("qr", f"\x02]Q1{code}\x03\x04"), ("mrz", f"\ufeffPASSPORT\r\n{zone}\x1d")):
        framed_read = evening.ask("POST", "/v1/document-readings", json={"source": source, "text": framed})
        assert framed_read.status_code == 200
    visa = {
        "source": "mrz",
        "text": "V<UTOERIKSSON<<ANNA".ljust(44, "<") + "L898902C36UTO7408122F1204159".ljust(44, "<"),
    }
    assert evening.ask("POST", "/v1/document-readings", json=visa).get_json()["code"] == "mrz_visa"
    spoilt = evening.ask(
        "POST", "/v1/document-readings", json={"source": "mrz", "text": zone.replace("7777856719", "7777856710")}
    )
    assert (spoilt.status_code, spoilt.get_json()["code"]) == (422, "mrz_check_digit")


def test_a_stay_is_extended_corrected_and_annulled(evening: Evening) -> None:
    (told,) = evening.report(evening.guest()).get_json()["items"]
    path = f"{evening.lodging}/stays/{told['stay_id']}"
    later = (evening.today + timedelta(days=4)).isoformat()
    assert evening.ask("POST", f"{path}/extension", json={"departure": later}).status_code == 200
    right = evening.guest(departure=later, room="505")
    read = {"If-Match": evening.ask("GET", path).headers["ETag"]}
    body = {"guest": right, "note": "Đổi phòng."}
    assert evening.ask("POST", f"{path}/correction", json=body, headers=read).status_code == 200
    annulled = evening.ask("POST", f"{path}/annulment", json={"note": "Khách không đến."}).get_json()
    assert annulled["state"] == "annulled"
    assert [(link["kind"], link["note"]) for link in annulled["chain"]] == [
        ("arrival", None),
        ("extension", None),
        ("correction", "Đổi phòng."),
        ("annulment", "Khách không đến."),
    ]
    refused = evening.ask("POST", f"{path}/extension", json={"departure": later})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "stay_step_refused")


def test_a_night_at_a_glance(evening: Evening) -> None:
    evening.report(evening.guest(), evening.guest("K0000010"))
    night = evening.ask("GET", f"{evening.lodging}/night", query_string={"night": evening.today.isoformat()}).get_json()
    # One guest came with the world.
    assert (night["state"], night["staying"], night["declared"]) == ("filed", 3, 3)
    # The lodging of the matrix has no account at the authority: nothing is on its way, and that is said.
    assert (night["on_the_way"], night["no_account"], night["authority_account"]["state"]) == (0, 3, "missing")
    assert "CHƯA được chuyển" in night["authority_account"]["message"]
    refused = evening.ask("POST", f"{evening.lodging}/nil-reports", json={"night": evening.today.isoformat()})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "night_has_guests")


def test_a_photo_comes_and_goes(evening: Evening) -> None:
    path = f"{evening.lodging}/stays/{evening.world.ids['stay_id']}/photo"
    other = PHOTO + b" another"
    assert evening.ask("PUT", path, data=other, content_type="image/jpeg").status_code == 204
    read = evening.ask("GET", path)
    assert (read.data, read.headers["Cache-Control"], read.mimetype) == (other, "no-store", "image/jpeg")
    assert evening.ask("PUT", path, data=b"GIF89a", content_type="image/jpeg").status_code == 415
    assert evening.ask("DELETE", path).status_code == 204
    assert evening.ask("GET", path).status_code == 404
    # Nothing is left of it in the store, nor of the one it replaced.
    folder = Path(urlsplit(evening.world.held.settings.files_url).path)
    assert [found for found in folder.glob("residence/photos/**/*") if found.is_file()] == []


def test_rooms_staff_and_settings_of_a_lodging(evening: Evening) -> None:
    rooms = {"rooms": [{"name": "102"}, {"name": "101", "beds": 3}]}
    assert evening.ask("PUT", f"{evening.lodging}/rooms", json=rooms).get_json() == {
        "items": [{"name": "101", "beds": 3}, {"name": "102", "beds": 1}]
    }
    twice = evening.ask("PUT", f"{evening.lodging}/rooms", json={"rooms": [{"name": "a"}, {"name": "A"}]})
    assert [error["code"] for error in twice.get_json()["errors"]] == ["room_twice"]
    member = {"member_ids": [evening.world.ids["member_id"]]}
    assert len(evening.ask("PUT", f"{evening.lodging}/staff", json=member).get_json()["items"]) == 1
    account = {"username": "nhanghi", "password": "mat-khau-thu"}
    changed = evening.ask("PATCH", evening.lodging, json={"authority_account": account, "reminder_channel": "sms"})
    assert (changed.get_json()["authority_username"], changed.get_json()["reminder_channel"]) == ("nhanghi", "sms")
    assert "mat-khau-thu" not in changed.get_data(as_text=True)
    approved = evening.ask("PATCH", evening.lodging, json={"name": "Tên khác"})
    assert (approved.status_code, approved.get_json()["code"]) == (409, "lodging_approved")


def test_a_commune_whose_police_are_not_here_is_refused(evening: Evening) -> None:
    body = {
        "organisation_id": evening.world.ids["organisation_id"],
        "name": "Nhà nghỉ Xa",
        "kind": "homestay",
        "address": "3 đường Thử",
        "commune_code": "99999",
    }
    answer = evening.ask("POST", "/v1/lodgings", json=body)
    assert [error["code"] for error in answer.get_json()["errors"]] == ["commune_without_police"]


def test_from_registration_to_the_first_guest(evening: Evening) -> None:
    body = {
        "organisation_id": evening.world.ids["organisation_id"],
        "name": "Nhà nghỉ Mới",
        "kind": "homestay",
        "address": "3 đường Thử",
        "commune_code": "20551",
    }
    made = evening.ask("POST", "/v1/lodgings", json=body).get_json()
    path = f"/v1/lodgings/{made['id']}/stays"
    early = evening.ask("POST", path, json={"guests": [evening.guest()]})
    assert (early.status_code, early.get_json()["code"]) == (409, "lodging_not_active")
    waiting = evening.ask("GET", "/v1/police/lodgings", "police", query_string={"state": "pending"}).get_json()
    assert [each["id"] for each in waiting["items"]] == [made["id"]]
    approved = evening.ask("POST", f"/v1/police/lodgings/{made['id']}/approval", "police", json={"remote": True})
    assert (approved.get_json()["state"], approved.get_json()["remote"]) == ("active", True)
    assert evening.ask("POST", path, json={"guests": [evening.guest()]}).status_code == 201
    history = evening.ask("GET", f"/v1/police/lodgings/{made['id']}", "police").get_json()["history"]
    assert [each["event"] for each in history] == ["register", "approve"]


def test_the_police_export_search_and_count(evening: Evening) -> None:
    evening.report(evening.guest())
    night = {"night": evening.today.isoformat()}
    exported = evening.ask("GET", "/v1/police/export", "police", query_string={**night, "format": "csv"})
    assert exported.mimetype == "text/csv"
    assert "K0000009" in exported.data.decode("utf-8-sig")
    short = {"by": "name", "sought": "testov", "reason": "kiểm tra"}
    assert evening.ask("POST", "/v1/police/guest-searches", "police", json=short).status_code == 422
    full = {**short, "reason": "Xác minh theo yêu cầu nghiệp vụ."}
    found = evening.ask("POST", "/v1/police/guest-searches", "police", json=full).get_json()["items"]
    assert [each["guest"]["document_number"] for each in found] == ["K0000009"]
    span = {"first": evening.today.isoformat(), "last": evening.today.isoformat()}
    counted = evening.ask("GET", "/v1/police/statistics", "police", query_string=span).get_json()
    assert counted["filing"] == {"active": 1, "with_guests": 1, "nil": 0}
    assert counted["arrivals"] == [{"night": evening.today.isoformat(), "nationality": "FRA", "guests": 2}]


def test_a_regular_guest_is_offered_again(evening: Evening) -> None:
    number = foreign_guest(date(2026, 1, 1)).document_number
    known = evening.ask("POST", f"{evening.lodging}/guest-search", json={"document_number": "K7654321"}).get_json()
    assert known["guest"]["full_name"] == "TESTOVA GUESTINA"
    unknown = evening.ask("POST", f"{evening.lodging}/guest-search", json={"document_number": number}).get_json()
    assert unknown == {"guest": None}


def test_an_export_asks_for_a_fresh_log_in_at_level_two() -> None:
    permit = PERMITS["exportGuests"]
    assert isinstance(permit, SteppedUp)
    assert (permit.lately, permit.level) == ("signing", 2)
