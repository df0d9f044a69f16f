"""What is refused about a dossier, clearly and without anything being lost; and what a repeated request gets."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from journey.household import CERTIFICATE, MINUTES, REQUEST, certificate, form_values
from journey.photos import File
from journey.uploads import PIECE, TUS, begin_upload, offset_of, send_rest, sent, upload
from journey.wire import Answer, Refused
from tests.support.system import System, new_name, papers


def refused(answer: Answer, status: int, code: str) -> Any:
    assert (answer.status, answer.json()["code"]) == (status, code), answer.body
    return answer.json()


def fields_of(answer: Answer) -> dict[str, str]:
    problem = refused(answer, 422, "invalid_fields")
    return {entry["pointer"]: entry["code"] for entry in problem["errors"]}


def test_a_submission_sent_twice_happens_once(system: System) -> None:
    phone, draft, key = system.citizen(), system.draft(), secrets.token_hex(16)
    first = phone.submit(draft.id, draft.papers, key=key)
    again = phone.submit(draft.id, draft.papers, key=key)
    assert (again.status, again.body, again.etag) == (first.status, first.body, first.etag)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    body = {"notify_phone": phone.number, "papers": {}}
    target, header = f"/v1/dossiers/{draft.id}/submission", {"Idempotency-Key": key}
    refused(phone.ask("POST", target, json_body=body, headers=header), 422, "idempotency_key_reused")
    refused(phone.ask("POST", target, json_body=body), 400, "idempotency_key_missing")
    too_long = {"Idempotency-Key": "k" * 256}
    refused(phone.ask("POST", target, json_body=body, headers=too_long), 400, "idempotency_key_invalid")
    with pytest.raises(Refused) as heard:
        phone.submit(draft.id, draft.papers)
    assert refused(heard.value.answer, 409, "already_submitted")["dossier_code"] == first.json()["code"]


def test_two_submissions_at_once_are_one(system: System) -> None:
    draft, key = system.draft(), secrets.token_hex(16)
    phones = [system.newcomer("mau") for _ in range(2)]

    body = {"notify_phone": phones[0].number, "papers": draft.papers}
    target = f"/v1/dossiers/{draft.id}/submission"

    def submit(place: int) -> Answer:
        for _ in range(50):
            answer = phones[place].ask("POST", target, json_body=body, headers={"Idempotency-Key": key})
            if answer.status != 409:
                return answer
            refused(answer, 409, "idempotency_in_progress")
            time.sleep(0.1)
        raise AssertionError("the first one never ended")

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(submit, range(2))
    assert one.body == other.body
    assert sorted(answer.headers.get("idempotency-replayed", "no") for answer in (one, other)) == ["no", "true"]
    code = one.json()["code"]
    system.told("mau", draft.id, 1)
    assert len(system.gateway.texts(phones[0].number, code)) == 1


def test_a_submission_needs_every_file_it_names(system: System) -> None:
    phone, draft = system.citizen(), system.draft()
    stranger = {"upload_id": "01936b2e-0000-7000-8000-000000000001", "sha256": "0" * 64, "size": 9}
    target, sending = f"/v1/dossiers/{draft.id}/submission", {"Idempotency-Key": secrets.token_hex(16)}
    body: dict[str, Any] = {"notify_phone": phone.number, "papers": {**draft.papers, MINUTES: [stranger]}}
    found = fields_of(phone.ask("POST", target, json_body=body, headers=sending))
    assert set(found) == {f"/papers/{MINUTES}"}
    phone.set_paper(draft.id, REQUEST, [])
    body["papers"] = {MINUTES: draft.papers[MINUTES]}
    found = fields_of(phone.ask("POST", target, json_body=body, headers=sending))
    assert found == {f"/papers/{REQUEST}": "paper_missing"}
    body["notify_phone"] = "+84905999999"
    found = fields_of(phone.ask("POST", target, json_body=body, headers=sending))
    assert found["/notify_phone"] == "phone_not_proved"
    # Nothing was lost: the draft is whole again and goes through under the very same key.
    phone.set_paper(draft.id, REQUEST, draft.papers[REQUEST])
    assert phone.submit(draft.id, draft.papers, key=sending["Idempotency-Key"]).json()["status"]["code"] == 1


def test_a_name_is_held_once_in_a_commune(system: System) -> None:
    name = new_name()
    system.filed("mau", name)
    draft = system.draft("thu", f"  {name.upper()}  ")
    with pytest.raises(Refused) as heard:
        system.citizen("thu").submit(draft.id, draft.papers)
    assert heard.value.fields() == {"/form_values/hkd_tenVN": "name_taken"}
    assert system.citizen("thu").dossier(draft.id)["status"]["code"] == 0


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("chuHo", "soDinhDanh"), "04919000000", "identity_number_shape"),
        (("chuHo", "soDinhDanh"), "003190000001", "identity_number_province"),
        (("chuHo", "ngaySinh"), "1990-02-30", "date_invalid"),
        (("chuHo", "ngaySinh"), "2999-01-01", "date_in_future"),
        (("chuHo", "dienThoai"), "0168 123 4567", "phone_old_prefix"),
        (("truSo", "xa"), "20550", "commune_unknown"),
        (("soLaoDong",), 0, "range_min"),
        (("lạ",), 1, "unknown"),
    ],
)
def test_form_values_that_cannot_be(system: System, path: tuple[str, ...], value: object, code: str) -> None:
    phone = system.citizen()
    values = form_values(new_name(), phone.me(), phone.number)
    inner = values
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    draft = phone.open_draft("1.001612", "H17.20551")
    target = f"/v1/dossiers/{draft['id']}/form"
    said = {}
    for language in ("vi", "en"):
        headers = {"If-Match": phone.read(draft["id"]).etag, "Accept-Language": language}
        answer = phone.ask("PUT", target, json_body={"form_values": values}, headers=headers)
        assert fields_of(answer) == {f"/form_values/{'/'.join(path)}": code}
        said[language] = answer.json()["errors"][0]["message"]
    assert said["vi"] != said["en"]
    assert phone.dossier(draft["id"])["form_values"] == {}
    phone.call("DELETE", f"/v1/dossiers/{draft['id']}")


def test_files_that_are_not_what_they_say(system: System) -> None:
    phone = system.citizen()
    text = File("anh.jpg", "image/jpeg", b"This is no photograph. " * 40)
    place = begin_upload(phone, text)
    told = phone.ask("PATCH", place, body=text.content, headers={**PIECE, "Upload-Offset": "0"})
    refused(told, 415, "file_type_unknown")
    shown = phone.call("GET", place).json()
    assert (shown["state"], shown["refusal"]) == ("refused", "file_type_unknown")
    draft = phone.open_draft("1.001612", "H17.20551")
    body = {"files": [sent(place, text)]}
    target = f"/v1/dossiers/{draft['id']}/papers/{REQUEST}"
    assert set(fields_of(phone.ask("PUT", target, json_body=body)).values()) == {"file_type_unknown"}
    # What the phone says of a photo is a hint: its bytes are a photo's all the same.
    named_wrongly = File("anh.png", "application/octet-stream", papers()[0].content)
    place = begin_upload(phone, named_wrongly)
    send_rest(phone, place, named_wrongly)
    assert phone.call("GET", place).json()["media_type"] == "image/jpeg"
    right = upload(phone, papers()[0])
    other = {"files": [{**right, "sha256": "0" * 64}]}
    assert set(fields_of(phone.ask("PUT", target, json_body=other)).values()) == {"file_differs"}
    unknown = f"/v1/dossiers/{draft['id']}/papers/khong_co"
    refused(phone.ask("PUT", unknown, json_body={"files": [right]}), 404, "paper_unknown")


def test_pieces_that_do_not_follow(system: System) -> None:
    phone, photo = system.citizen(), papers()[0]
    place = begin_upload(phone, photo)
    head = photo.content[:1000]
    phone.call("PATCH", place, body=head, headers={**PIECE, "Upload-Offset": "0"})
    again = phone.ask("PATCH", place, body=head, headers={**PIECE, "Upload-Offset": "0"})
    assert refused(again, 409, "upload_offset_conflict")["offset"] == offset_of(phone, place) == 1000
    more = photo.content[1000:] + b"!"
    past = phone.ask("PATCH", place, body=more, headers={**PIECE, "Upload-Offset": "1000"})
    refused(past, 413, "upload_past_its_size")
    plain = {**TUS, "Upload-Offset": "1000", "Content-Type": "image/jpeg"}
    refused(phone.ask("PATCH", place, body=b"x", headers=plain), 415, "unsupported_media_type")
    send_rest(phone, place, photo)
    assert phone.call("GET", place).json()["sha256"] == photo.sha256
    late = phone.ask("PATCH", place, body=b"x", headers={**PIECE, "Upload-Offset": str(photo.size)})
    refused(late, 409, "upload_closed")


def test_an_action_out_of_turn_names_the_states_that_allow_it(system: System) -> None:
    phone, office, shown = system.citizen(), system.office(), system.filed()
    refused(phone.ask("GET", f"/v1/dossiers/{shown['id']}/slip"), 409, "slip_not_yet")
    body = {"note": "", "papers": {}}
    key = {"Idempotency-Key": secrets.token_hex(8)}
    early = phone.ask("POST", f"/v1/dossiers/{shown['id']}/supplement", json_body=body, headers=key)
    problem = refused(early, 409, "action_not_allowed")
    assert (problem["state"], problem["allowed_from"]) == (1, [5])
    with pytest.raises(Refused) as heard:
        office.receiver.start(shown["id"])
    problem = refused(heard.value.answer, 409, "action_not_allowed")
    assert (problem["state"], problem["allowed_from"]) == (1, [2])
    assert "“Được tiếp nhận”" in problem["detail"]
    etag = phone.read(shown["id"]).etag
    target = f"/v1/dossiers/{shown['id']}/form"
    changed = phone.ask("PUT", target, json_body={"form_values": {}}, headers={"If-Match": etag})
    refused(changed, 409, "not_editable")
    refused(phone.ask("DELETE", f"/v1/dossiers/{shown['id']}"), 409, "not_a_draft")


def test_who_may_not_act_and_what_is_missing(system: System) -> None:
    office, shown = system.office(), system.filed()
    with pytest.raises(Refused) as heard:
        office.appraiser.accept(shown["id"])
    assert refused(heard.value.answer, 403, "role_missing")["needed"] == ["receiver"]
    office.receiver.accept(shown["id"])
    office.receiver.start(shown["id"])
    with pytest.raises(Refused) as heard:
        office.leader.advance(shown["id"])
    refused(heard.value.answer, 403, "step_role_missing")
    office.appraiser.advance(shown["id"])
    with pytest.raises(Refused) as heard:
        office.leader.finish(shown["id"])
    refused(heard.value.answer, 409, "result_missing")
    with pytest.raises(Refused) as heard:
        office.leader.attach_result(shown["id"], "khong_co", certificate())
    refused(heard.value.answer, 422, "result_kind_unknown")
    office.leader.attach_result(shown["id"], CERTIFICATE, certificate())
    assert office.leader.finish(shown["id"])["status"]["code"] == 9


def test_a_change_is_meant_for_a_version(system: System) -> None:
    office, shown = system.office(), system.filed()
    target = f"/v1/desk/dossiers/{shown['id']}/acceptance"
    key = {"Idempotency-Key": secrets.token_hex(8)}
    refused(office.receiver.ask("POST", target, json_body={}, headers=key), 428, "precondition_required")
    stale = office.receiver.read(shown["id"]).etag
    office.receiver.accept(shown["id"])
    with pytest.raises(Refused) as heard:
        office.receiver.do("start", shown["id"], etag=stale)
    refused(heard.value.answer, 412, "precondition_failed")
    draft = system.draft()
    phone = system.citizen()
    whole = {"form_values": form_values(new_name(), phone.me(), phone.number)}
    unsaid = phone.ask("PUT", f"/v1/dossiers/{draft.id}/form", json_body=whole)
    refused(unsaid, 428, "precondition_required")
    before = phone.read(draft.id).etag
    phone.save_form(draft.id, whole["form_values"], before)
    # The same once more is one's own save whose answer was lost; another form is meant for what was there before.
    phone.save_form(draft.id, whole["form_values"], before)
    other = form_values(new_name(), phone.me(), phone.number)
    with pytest.raises(Refused) as heard:
        phone.save_form(draft.id, other, before)
    refused(heard.value.answer, 412, "precondition_failed")


def test_a_reader_hears_of_every_change_and_of_nothing_else(system: System) -> None:
    phone, office, shown = system.citizen(), system.office(), system.filed()
    system.told("mau", shown["id"], 1)
    first = phone.read(shown["id"])
    assert phone.read(shown["id"], etag=first.etag).status == 304
    seen_by_officer = office.receiver.read(shown["id"]).etag
    office.receiver.do("acceptance", shown["id"], etag=seen_by_officer)
    accepted = office.receiver.read(shown["id"]).etag
    second = phone.read(shown["id"], etag=first.etag)
    assert second.status == 200
    # The receipt changes what the citizen sees, and is no reason to refuse what the officer was about to do.
    system.told("mau", shown["id"], 2)
    assert phone.read(shown["id"], etag=second.etag).status == 200
    assert office.receiver.do("start", shown["id"], etag=accepted).json()["status"]["code"] == 4
    target = f"/v1/dossiers/{shown['id']}"
    kinds = [{}, {"Accept-Language": "en"}, {"Accept-Encoding": "gzip"}]
    system.told("mau", shown["id"], 3)
    answers = [phone.call("GET", target, headers=headers) for headers in kinds]
    assert len({answer.etag for answer in answers}) == 3
    assert answers[2].headers["content-encoding"] == "gzip"
    assert answers[1].json()["status"]["label"] == "Being processed"
    for answer, headers in zip(answers, kinds, strict=True):
        assert phone.ask("GET", target, headers={**headers, "If-None-Match": answer.etag}).status == 304
