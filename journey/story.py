"""The demo's story, every step checked: a dossier from a log-in to the text with its result, another one withdrawn."""

import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from journey.account import new_key
from journey.casework import Draft, Office, open_office
from journey.desk import Desk
from journey.handset import Handset, TextMessage, wait
from journey.household import (
    AGENCY,
    CERTIFICATE,
    MINUTES,
    PROCEDURE,
    REQUEST,
    certificate,
    form_values,
    minutes_photo,
    request_photo,
)
from journey.phone import Phone, look_up
from journey.told import Teller, grouped, moment, must, size_of, status_of
from journey.uploads import upload
from journey.wire import Refused, Wire

PHONE_NUMBER: Final = "+84905000001"
_FINISHED: Final = "da xu ly xong"
_ONE_PART: Final = ("da duoc tiep nhan", _FINISHED)


@dataclass(frozen=True, slots=True)
class Told:
    """What the demo says at its end. `sms` is the text of status 9."""

    code: str
    status: int
    sms: str
    sms_parts: int
    receipt: str


class Story:
    """`tell()` walks the whole way. Raises NotSo, NothingCame or Refused at the first thing that is amiss."""

    def __init__(self, api_url: str, sandbox_url: str, teller: Teller) -> None:
        self._api_url = api_url
        self._teller = teller
        self._handset = Handset(sandbox_url, PHONE_NUMBER)
        self._phone = Phone(api_url, PHONE_NUMBER)
        self._open = ExitStack()
        # A commune knows a household business of one name once, and the story may be told again on the same data.
        self._name = f"Mì Quảng Thử Nghiệm {secrets.token_hex(3)}"

    def tell(self) -> Told:
        with ExitStack() as self._open:
            for client in (self._handset, self._phone.wire):
                self._open.callback(client.close)
            return self._tell()

    def _tell(self) -> Told:
        self._log_in()
        draft = self._fill_in(self._name)
        self._prove_phone()
        code, secret = self._submit(draft)
        self._look_up(code, secret)
        office = self._open_office(draft.id, code)
        self._accept(office, draft.id)
        self._supplement(office, draft)
        result = self._process(office, draft.id)
        self._download(draft.id, result)
        self._withdraw(office)
        return self._told(draft.id, code)

    def _log_in(self) -> None:
        self._phone.log_in("thu")
        me = self._phone.me()
        self._teller.step(f"Đăng nhập qua định danh điện tử (mã + PKCE): {me['full_name']}, mức {me['identity_level']}")
        entry = self._phone.procedure(PROCEDURE)
        must(entry["fee_vnd"] == 100_000, "the fee of 1.001612 is 100,000 đồng")
        must(entry["term"] == {"amount": 3, "unit": "working_days"}, "the term of 1.001612 is 3 working days")
        must("hkd_tenVN" in entry["form"]["properties"], "the catalogue entry carries its form")
        self._teller.step(
            f"Đọc danh mục: {entry['code']} {entry['name']}, lệ phí {grouped(entry['fee_vnd'])} đồng, 3 ngày làm việc"
        )
        self._teller.detail("giấy tờ: " + "; ".join(paper["name"] for paper in entry["papers"]))

    def _fill_in(self, name: str) -> Draft:
        phone = self._phone
        draft = phone.open_draft(PROCEDURE, AGENCY)
        request, minutes = request_photo(), minutes_photo()
        papers = {
            REQUEST: [upload(phone, request, lose_network_after=request.size // 2)],
            MINUTES: [upload(phone, minutes)],
        }
        sizes = f"{size_of(request.size)} và {size_of(minutes.size)}"
        self._teller.step(f"Gửi 2 ảnh giấy tờ ({sizes}), ảnh đầu mất mạng giữa chừng")
        for code, files in papers.items():
            phone.set_paper(draft["id"], code, files)
        saved = phone.save_form(draft["id"], form_values(name, phone.me(), phone.number), phone.read(draft["id"]).etag)
        shown = saved.json()
        must(shown["status"]["code"] == 0 and len(shown["papers"]) == 2, "the draft holds two papers")
        self._teller.step(f"Lưu nháp: {shown['form_values']['hkd_tenVN']}")
        return Draft(draft["id"], papers)

    def _prove_phone(self) -> None:
        self._phone.prove_phone(self._handset)
        self._teller.step("Xác nhận số điện thoại nhận tin bằng mã một lần")

    def _submit(self, draft: Draft) -> tuple[str, str]:
        key = new_key()
        first = self._phone.submit(draft.id, draft.papers, key=key)
        again = self._phone.submit(draft.id, draft.papers, key=key)
        must(first.body == again.body, "the same key gets the same answer")
        must(again.headers.get("idempotency-replayed") == "true", "the second answer says that it is the first again")
        shown = first.json()
        must(shown["status"]["code"] == 1, "a submitted dossier has status 1")
        self._teller.step(f"Nộp hồ sơ (hai lần cùng một khóa, một kết quả): mã {shown['code']}, {status_of(shown)}")
        self._hear("Da nhan ho so", shown["code"])
        return str(shown["code"]), str(shown["lookup_secret"])

    def _look_up(self, code: str, secret: str) -> None:
        stranger = Wire(self._api_url)
        seen = look_up(stranger, code, secret)
        must(seen["status"]["code"] == 1 and "form_values" not in seen, "a look-up shows the status, not the form")
        refusals = []
        for wrong in ((code, "22222222"), (f"{code[:-4]}9999", secret)):
            try:
                look_up(stranger, *wrong)
            except Refused as refused:
                refusals.append({key: value for key, value in refused.problem.items() if key != "request_id"})
        must(len(refusals) == 2 and refusals[0] == refusals[1], "wrong code and wrong secret are answered alike")
        stranger.close()
        self._teller.step("Tra cứu không đăng nhập bằng mã hồ sơ và mã bí mật; mã sai bị từ chối như nhau")

    def _open_office(self, dossier_id: str, code: str) -> Office:
        elsewhere = Desk(self._api_url)
        self._open.callback(elsewhere.wire.close)
        elsewhere.log_in("go")
        must(elsewhere.ask("GET", f"/v1/desk/dossiers/{dossier_id}").status == 404, "another commune gets 404")
        self._teller.step("Cán bộ xã Gò Nổi không thấy hồ sơ này: 404")
        office = open_office(self._api_url)
        for desk in (office.receiver, office.appraiser, office.leader):
            self._open.callback(desk.wire.close)
        must(code in [line["code"] for line in office.receiver.inbox()], "the dossier stands in the inbox")
        return office

    def _accept(self, office: Office, dossier_id: str) -> None:
        shown = office.receiver.accept(dossier_id)
        must(shown["status"]["code"] == 2 and shown["due_at"], "an accepted dossier has status 2 and a due time")
        self._teller.step(f"{shown['handler']} tiếp nhận: {status_of(shown)}, hẹn trả {moment(shown['due_at'])}")
        self._hear("da duoc tiep nhan", shown["code"])
        slip = self._phone.slip(dossier_id)
        must(slip.startswith(b"%PDF-"), "the slip is a PDF")
        self._teller.step(f"Giấy tiếp nhận hồ sơ và hẹn trả kết quả: PDF {size_of(len(slip))}")

    def _supplement(self, office: Office, draft: Draft) -> None:
        shown = office.receiver.request_supplement(draft.id, "Biên bản họp bị mờ, đề nghị chụp lại.")
        must(shown["status"]["code"] == 5, "a supplement request leads to status 5")
        self._teller.step(f"Giấy tờ bị mờ: {status_of(shown)}, thời hạn tạm dừng")
        self._hear("can bo sung giay to", shown["code"])
        papers = {**draft.papers, MINUTES: [upload(self._phone, minutes_photo(seed=9))]}
        self._phone.set_paper(draft.id, MINUTES, papers[MINUTES])
        back = self._phone.answer_supplement(draft.id, "Tôi đã chụp lại biên bản.", papers)
        must(back["status"]["code"] == 2, "an answered supplement returns to status 2")
        self._teller.step(f"Công dân chụp lại và bổ sung: trở lại {status_of(back)}")
        self._hear("tiep tuc duoc giai quyet", shown["code"])

    def _process(self, office: Office, dossier_id: str) -> bytes:
        started = office.receiver.start(dossier_id)
        must(started["status"]["code"] == 4, "a started dossier has status 4")
        self._teller.step(f"Bắt đầu giải quyết: {status_of(started)}, bước {started['step']['name']}")
        self._hear("dang duoc xu ly", started["code"])
        moved = office.appraiser.advance(dossier_id, "Hồ sơ đủ điều kiện.")
        self._teller.step(f"{moved['handler']} thẩm định xong, chuyển bước {moved['step']['name']}")
        result = certificate()
        office.leader.attach_result(dossier_id, CERTIFICATE, result)
        finished = office.leader.finish(dossier_id)
        must(finished["status"]["code"] == 9, "a finished dossier has status 9")
        self._teller.step(f"{finished['handler']} ký duyệt, đính kèm kết quả: {status_of(finished)}")
        self._hear(_FINISHED, finished["code"])
        handed = office.leader.hand_over(dossier_id)
        must(handed["status"]["code"] == 10, "a handed-over dossier has status 10")
        self._teller.step(f"Trả kết quả trực tuyến: {status_of(handed)}")
        self._hear("Da tra ket qua", handed["code"])
        return result.content

    def _download(self, dossier_id: str, result: bytes) -> None:
        files = self._phone.dossier(dossier_id)["results"]
        must(len(files) == 1, "the dossier shows one result")
        must(self._phone.file(dossier_id, files[0]["id"]).body == result, "the result comes out as it went in")
        self._teller.step(f"Công dân tải kết quả: {size_of(files[0]['size'])}, giống hệt tệp cán bộ đính kèm")

    def _withdraw(self, office: Office) -> None:
        draft = self._fill_in(f"{self._name} Hai")
        code = self._phone.submit(draft.id, draft.papers).json()["code"]
        self._teller.step(f"Nộp hồ sơ thứ hai: mã {code}")
        self._hear("Da nhan ho so", code)
        asked = self._phone.ask_withdrawal(draft.id, "Tôi đổi địa điểm kinh doanh.")
        must(asked["status"]["code"] == 7, "a withdrawal asked for leads to status 7")
        self._teller.step(f"Công dân xin rút hồ sơ thứ hai: {status_of(asked)}")
        self._hear("yeu cau rut ho so", code)
        settled = office.receiver.settle_withdrawal(draft.id, grant=True, reason="Đồng ý theo đề nghị.")
        must(settled["status"]["code"] == 8, "a withdrawal granted leads to status 8")
        self._teller.step(f"Cán bộ đồng ý cho rút: {status_of(settled)}")
        self._hear("da dung giai quyet", code)
        self._wait_until_told(draft.id, code)

    def _told(self, dossier_id: str, code: str) -> Told:
        shown = self._wait_until_told(dossier_id, code)
        self._teller.step("Dòng thời gian của hồ sơ:")
        for entry in shown["timeline"]:
            self._teller.detail(f"{entry['at'][11:19]}  {entry['text']}")
        text = self._handset.wait_for(_FINISHED, code)
        return Told(code, shown["status"]["code"], text.text, text.parts, text.state)

    def _hear(self, words: str, code: str) -> None:
        """The text about the change has reached the phone, in no more parts than it may take."""
        text = self._handset.wait_for(words, code)
        most = 1 if words in _ONE_PART else 2
        must(text.encoding == "GSM-7" and text.parts <= most, f"{words!r} takes at most {most} GSM-7 parts")
        self._teller.detail(f"SMS ({text.parts} phần): {text.text}")

    def _wait_until_told(self, dossier_id: str, code: str) -> Any:
        """The dossier, once its timeline says of every text about it that the citizen has been told."""
        texts = [one for one in self._handset.texts() if code in one.text]

        def told() -> Any:
            shown = self._phone.dossier(dossier_id)
            notices = [entry["event"] for entry in shown["timeline"] if entry["axis"] == "notice"]
            return shown if notices == ["delivered"] * len(texts) else None

        shown = wait(told, f"the {len(texts)}th receipt", 30.0)
        self._say_receipts(code)
        return shown

    def _say_receipts(self, code: str) -> None:
        received: list[TextMessage] = [one for one in self._handset.texts() if code in one.text]
        must(all(one.state == "delivered" for one in received), "every text was delivered")
        self._teller.detail(f"{len(received)} tin về hồ sơ {code}, {len(received)} biên nhận: đã đến máy")
