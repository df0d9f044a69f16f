"""The main job end to end: from a log-in to the downloaded result, over HTTP alone."""

import io
import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pypdf

from journey.casework import Draft
from journey.household import AGENCY, CERTIFICATE, MINUTES, PROCEDURE, REQUEST, certificate, form_values
from journey.phone import look_up
from journey.uploads import PIECE, TUS, begin_upload, offset_of, send_rest, sent, upload
from kernel.clock import VIETNAM
from tests.support.system import NUMBERS, System, new_name, papers

GSM_7 = set("@£$¥_ !\"#%&'()*+,-./:;<=>?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n")


def test_from_log_in_to_the_downloaded_result(system: System) -> None:
    phone, office = system.citizen("thu"), system.office()
    shown = _file(system, phone.open_draft(PROCEDURE, AGENCY)["id"])
    code, dossier_id = shown["code"], shown["id"]
    assert (shown["status"]["code"], shown["notify_phone"]) == (1, "+84••••••001")
    assert look_up(system.wire(), code, shown["lookup_secret"])["status"]["code"] == 1

    accepted = office.receiver.accept(dossier_id)
    assert (accepted["status"]["code"], accepted["handler"]) == (2, "Võ Thị Tiếp")
    _check_slip(phone.slip(dossier_id), shown, accepted)

    assert office.receiver.request_supplement(dossier_id, "Biên bản họp bị mờ.")["status"]["code"] == 5
    anew = [upload(phone, papers()[0])]
    phone.set_paper(dossier_id, MINUTES, anew)
    manifest = {**_manifest(shown), MINUTES: anew}
    assert phone.answer_supplement(dossier_id, "Đã chụp lại.", manifest)["status"]["code"] == 2

    office.receiver.start(dossier_id)
    assert office.appraiser.advance(dossier_id)["step"]["name"] == "Ký duyệt"
    result = certificate()
    office.leader.attach_result(dossier_id, CERTIFICATE, result)
    finished = office.leader.finish(dossier_id)
    assert (finished["status"]["code"], finished["handler"]) == (9, "Hồ Văn Ký")
    assert office.leader.hand_over(dossier_id)["status"]["code"] == 10
    told = system.told("thu", dossier_id, 7)
    assert phone.file(dossier_id, told["results"][0]["id"]).body == result.content
    moves = [(entry["from"], entry["to"]) for entry in told["timeline"] if entry["axis"] == "business"]
    assert moves == [(0, 1), (1, 2), (2, 5), (5, 2), (2, 4), (4, 9), (9, 10)]
    _check_texts(system, code, told)


def _file(system: System, draft_id: str) -> Any:
    """Fills the draft in, the first paper with the network lost half-way, and submits it."""
    phone = system.citizen("thu")
    request, minutes = papers()
    place = begin_upload(phone, request)
    headers = {**phone.identified(), **PIECE, "Upload-Offset": "0"}
    first = request.content[: request.size // 2]
    phone.wire.break_off("PATCH", place, headers=headers, size=request.size, first=first)
    send_rest(phone, place, request)
    assert offset_of(phone, place) == request.size
    files = {REQUEST: [sent(place, request)], MINUTES: [upload(phone, minutes)]}
    for paper, sent_files in files.items():
        phone.set_paper(draft_id, paper, sent_files)
    phone.save_form(draft_id, form_values(new_name(), phone.me(), phone.number), phone.read(draft_id).etag)
    shown = phone.submit(draft_id, files).json()
    assert [phone.file(draft_id, paper["id"]).body for paper in shown["papers"]] == [request.content, minutes.content]
    return shown


def _manifest(shown: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        paper["code"]: [{name: paper[name] for name in ("upload_id", "sha256", "size")}] for paper in shown["papers"]
    }


def _check_slip(pdf: bytes, shown: Any, accepted: Any) -> None:
    text = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert f"Mã hồ sơ: {shown['code']}" in text
    assert f"Mã bí mật {shown['lookup_secret']}" in text
    assert f"Hẹn trả kết quả {_clock(accepted['due_at'])}" in text.replace(_weekday(text), "")
    assert "Võ Thị Tiếp" in text


def _weekday(text: str) -> str:
    """What stands between the hour and the date of the due time."""
    after = text.split("Hẹn trả kết quả ")[1]
    return after[6 : after.index("/") - 2]


def _clock(instant: str) -> str:
    """`HH:MM dd/mm/YYYY`, as slips and texts say it, of an instant as the API says it."""
    return datetime.fromisoformat(instant).astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def _check_texts(system: System, code: str, told: Any) -> None:
    texts = {}
    for message in system.gateway.messages(NUMBERS["thu"]):
        if code in message["body"]:
            assert set(message["body"]) <= GSM_7
            texts[message["body"]] = message["parts"]
    words = ["Da nhan ho so", "da duoc tiep nhan", "can bo sung", "tiep tuc", "dang duoc xu ly", "da xu ly xong"]
    found = [next(body for body in texts if word in body) for word in [*words, "Da tra ket qua"]]
    assert len(texts) == len(set(found)) == 7
    assert [texts[found[1]], texts[found[5]]] == [1, 1]
    assert max(texts.values()) == 2
    assert all(body.startswith("UBND phuong Dien Ban: ") for body in found)
    assert all(handler in found[place] for place, handler in ((1, "Vo Thi Tiep"), (5, "Ho Van Ky"), (6, "Ho Van Ky")))
    assert _clock(told["submitted_at"]) in found[0]
    assert _clock(told["accepted_at"]) in found[1]
    assert _clock(told["due_at"]) in found[4]
    assert _clock(told["finished_at"]) in found[5]


def test_another_communes_officer_sees_nothing(system: System) -> None:
    shown = system.filed()
    elsewhere = system.desk("go")
    assert elsewhere.inbox() == []
    assert elsewhere.inbox(search=shown["code"]) == []
    there = f"/v1/desk/dossiers/{shown['id']}"
    etag = system.office().receiver.read(shown["id"]).etag
    headers = {"If-Match": etag, "Idempotency-Key": "k"}
    assert elsewhere.ask("GET", there).status == 404
    assert elsewhere.ask("GET", f"{there}/files/{shown['papers'][0]['id']}").status == 404
    assert elsewhere.ask("POST", f"{there}/acceptance", json_body={}, headers=headers).status == 404
    assert system.citizen().dossier(shown["id"])["status"]["code"] == 1


def test_another_citizen_sees_nothing(system: System) -> None:
    shown, other = system.filed(), system.newcomer("vidu")
    for target in ("", "/slip", "/deadline", f"/files/{shown['papers'][0]['id']}"):
        assert other.ask("GET", f"/v1/dossiers/{shown['id']}{target}").status == 404
    assert other.dossiers() == []


def test_the_inbox_stands_in_the_order_of_what_is_due(system: System) -> None:
    office = system.office()
    made = [system.filed()["id"] for _ in range(4)]
    office.receiver.accept(made[0])
    office.receiver.accept(made[2])
    whole = office.receiver.inbox(limit=50)
    assert [line["order_at"] for line in whole] == sorted(line["order_at"] for line in whole)
    assert set(made) <= {line["id"] for line in whole}
    # Filed and due to be accepted comes before accepted and due days later.
    places = {line["id"]: place for place, line in enumerate(whole)}
    assert max(places[made[1]], places[made[3]]) < min(places[made[0]], places[made[2]])
    assert [line["id"] for line in office.receiver.inbox(limit=1)] == [line["id"] for line in whole]
    assert {line["status"]["code"] for line in office.receiver.inbox(status=2)} == {2}


def test_a_refusal_and_a_withdrawal_end_the_way(system: System) -> None:
    phone, office = system.citizen(), system.office()
    declined = system.filed()
    reason = "Địa chỉ trụ sở không thuộc phường."
    assert office.receiver.decline(declined["id"], reason)["status"]["code"] == 3
    told = system.told("mau", declined["id"], 2)
    assert [entry["reason"] for entry in told["timeline"] if entry["event"] == "decline"] == [reason]
    withdrawn = system.filed()
    assert phone.ask_withdrawal(withdrawn["id"], "Tôi đổi địa điểm.")["status"]["code"] == 7
    assert office.receiver.settle_withdrawal(withdrawn["id"], grant=True)["status"]["code"] == 8
    system.told("mau", withdrawn["id"], 3)
    kept = system.filed()
    phone.ask_withdrawal(kept["id"], "Tôi đổi địa điểm.")
    back = office.receiver.settle_withdrawal(kept["id"], grant=False, reason="Đã có kết quả thẩm định.")
    assert back["status"]["code"] == 1


def test_a_name_is_free_again_once_its_dossier_was_declined(system: System) -> None:
    name = new_name()
    system.office().receiver.decline(system.filed(name=name)["id"], "Thiếu chữ ký.")
    assert system.filed("thu", name)["status"]["code"] == 1


def test_a_draft_is_kept_and_can_be_thrown_away(system: System) -> None:
    phone = system.citizen()
    draft: Draft = system.draft()
    again = system.newcomer("mau")
    shown = again.dossier(draft.id)
    assert (shown["status"]["code"], len(shown["papers"])) == (0, 2)
    assert draft.id in {line["id"] for line in again.dossiers()}
    assert phone.call("DELETE", f"/v1/dossiers/{draft.id}").status == 204
    assert phone.ask("GET", f"/v1/dossiers/{draft.id}").status == 404


def test_what_is_there_already_is_described(system: System) -> None:
    wire = system.wire()
    assert CERTIFICATE in json.dumps(wire.call("GET", f"/v1/procedures/{PROCEDURE}").json())
    options = wire.call("OPTIONS", "/v1/uploads")
    assert options.headers["tus-version"] == TUS["Tus-Resumable"]
    assert wire.call("GET", "/health/ready").json()["status"] == "ok"


def test_the_demo_tells_its_story() -> None:
    done = subprocess.run([sys.executable, "-m", "motcua", "demo"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert list(told) == ["code", "status", "sms", "sms_parts", "receipt"]
    assert (told["status"], told["sms_parts"], told["receipt"]) == (10, 1, "delivered")
    assert told["code"] in told["sms"]
    assert "da xu ly xong" in told["sms"]
