"""A correction replaces the whole guest, so it names the stay as it was read: what came in between is not undone."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.residence_support import Evening


@pytest.fixture
def stay(evening: Evening) -> str:
    (told,) = evening.report(evening.guest()).get_json()["items"]
    return f"{evening.lodging}/stays/{told['stay_id']}"


def read(evening: Evening, stay: str) -> Any:
    return evening.ask("GET", stay)


def correct(evening: Evening, stay: str, tag: str | None, **changes: Any) -> Any:
    guest = {**evening.guest(), **changes}
    headers = {} if tag is None else {"If-Match": tag}
    return evening.ask("POST", f"{stay}/correction", json={"guest": guest, "note": "Ghi nhầm."}, headers=headers)


def extend(evening: Evening, stay: str, days: int = 3) -> Any:
    departure = (evening.today + timedelta(days=days)).isoformat()
    return evening.ask("POST", f"{stay}/extension", json={"departure": departure})


def test_a_correction_of_an_old_read_does_not_undo_an_extension(evening: Evening, stay: str) -> None:
    old = read(evening, stay).headers["ETag"]
    extended = extend(evening, stay)
    assert extended.status_code == 200
    refused = correct(evening, stay, old, room="303")
    assert (refused.status_code, refused.get_json()["code"]) == (412, "precondition_failed")
    now = read(evening, stay).get_json()
    assert now["guest"]["departure"] == (evening.today + timedelta(days=3)).isoformat()
    assert [link["kind"] for link in now["chain"]] == ["arrival", "extension"]


def test_without_a_tag_it_is_asked_for(evening: Evening, stay: str) -> None:
    refused = correct(evening, stay, None, room="303")
    assert (refused.status_code, refused.get_json()["code"]) == (428, "precondition_required")


def test_the_tag_of_the_last_answer_is_as_good_as_that_of_a_read(evening: Evening, stay: str) -> None:
    tag = extend(evening, stay).headers["ETag"]
    departure = (evening.today + timedelta(days=3)).isoformat()
    corrected = correct(evening, stay, tag, room="303", departure=departure)
    assert corrected.status_code == 200
    assert corrected.get_json()["guest"]["departure"] == departure
    assert correct(evening, stay, corrected.headers["ETag"], room="304").status_code == 200


def test_two_corrections_of_one_read_do_not_both_stand(evening: Evening, stay: str) -> None:
    tag = read(evening, stay).headers["ETag"]
    assert correct(evening, stay, tag, room="303").status_code == 200
    assert correct(evening, stay, tag, phone="0905000001").status_code == 412
    assert read(evening, stay).get_json()["guest"]["room"] == "303"


def test_an_early_leave_in_between_is_not_undone(evening: Evening, stay: str) -> None:
    tag = read(evening, stay).headers["ETag"]
    left = evening.ask("POST", f"{stay}/early-leave", json={"left": evening.today.isoformat()})
    assert left.status_code == 200
    assert correct(evening, stay, tag, room="303").status_code == 412


def test_a_photo_costs_nobody_their_correction(evening: Evening, stay: str) -> None:
    tag = read(evening, stay).headers["ETag"]
    photo = b"\xff\xd8\xff\xe0 invented"
    assert evening.ask("PUT", f"{stay}/photo", data=photo, content_type="image/jpeg").status_code == 204
    assert read(evening, stay).headers["ETag"] != tag
    assert correct(evening, stay, tag, room="303").status_code == 200


def test_who_means_any_state_says_so(evening: Evening, stay: str) -> None:
    extend(evening, stay)
    assert correct(evening, stay, "*", room="303").status_code == 200


@pytest.mark.parametrize("tag", ['"nothing"', '"0.0.vi.id"', "W/", "nothing"])
def test_a_tag_of_something_else_is_refused(evening: Evening, stay: str, tag: str) -> None:
    assert correct(evening, stay, tag, room="303").status_code == 412


def test_what_did_not_change_is_not_sent_again(evening: Evening, stay: str) -> None:
    tag = read(evening, stay).headers["ETag"]
    assert evening.ask("GET", stay, headers={"If-None-Match": tag}).status_code == 304
    extend(evening, stay)
    assert evening.ask("GET", stay, headers={"If-None-Match": tag}).status_code == 200
