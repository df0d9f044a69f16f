"""Files of more guests than a request judges: 202, followed to their end, and one batch whoever sends them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from residence.batches.drain import BatchWorker
from residence.guests import MOST_AT_ONCE
from residence.models import Batch, Stay
from tests.api.residence_support import Evening

LONG = MOST_AT_ONCE + 1


def numbers(first: int, many: int = LONG) -> list[str]:
    return [f"{49_090_000_000 + each:012d}" for each in range(first, first + many)]


def work(evening: Evening) -> None:
    held = evening.world.held
    worker = BatchWorker(held.database, held.vault, held.clock, held.files, held.residence)
    worker.run(time_slice_s=60.0, told_to_stop=lambda: False)


def follow(evening: Evening, answer: Any, by: str = "owner") -> Any:
    return evening.ask("GET", answer.headers["Location"], by)


def test_a_file_of_so_many_guests_is_judged_at_once_and_one_more_afterwards(evening: Evening) -> None:
    short = evening.send(evening.sheet(*numbers(1000, MOST_AT_ONCE)))
    assert (short.status_code, short.get_json()["state"], short.get_json()["progress"]) == (200, "checked", None)
    assert "Location" not in short.headers
    long = evening.send(evening.sheet(*numbers(2000)))
    assert (long.status_code, long.get_json()["state"]) == (202, "judging")
    assert long.get_json()["progress"] == {"judged": 0, "rows": None, "declared": 0}
    assert long.headers["Location"] == f"{evening.lodging}/batches/{long.get_json()['id']}"
    assert int(long.headers["Retry-After"]) >= 1


def test_a_long_file_is_followed_accepted_and_given_back(evening: Evening) -> None:
    before = evening.count(Stay)
    sent = evening.send(evening.sheet("12", *numbers(3000)))
    waiting = follow(evening, sent)
    assert (waiting.status_code, waiting.headers["ETag"]) == (200, sent.headers["ETag"])
    same = evening.ask("GET", sent.headers["Location"], headers={"If-None-Match": sent.headers["ETag"]})
    assert (same.status_code, same.headers["Retry-After"]) == (304, "1")
    work(evening)
    judged = evening.ask("GET", sent.headers["Location"], headers={"If-None-Match": sent.headers["ETag"]})
    batch = judged.get_json()
    assert (judged.status_code, batch["state"], batch["rows"], batch["rejected"]) == (200, "checked", LONG + 1, 1)
    assert (batch["progress"], "Retry-After" in judged.headers) == (None, False)
    assert [each["code"] for each in batch["problems"] if each["code"][0] == "E"] == ["E13"]
    assert evening.count(Stay) == before
    asked = evening.ask("POST", f"{sent.headers['Location']}/acceptance", json={})
    assert (asked.status_code, asked.get_json()["state"]) == (202, "accepting")
    assert asked.get_json()["progress"] == {"judged": LONG + 1, "rows": LONG + 1, "declared": 0}
    work(evening)
    ended = follow(evening, asked).get_json()
    assert (ended["state"], ended["accepted"], ended["repeated"]) == ("accepted", LONG, 0)
    assert evening.count(Stay) == before + LONG
    back = evening.ask("GET", f"{sent.headers['Location']}/error-sheet")
    assert back.data.startswith(b"PK")
    again = evening.ask("POST", f"{sent.headers['Location']}/acceptance", json={})
    assert (again.status_code, again.get_json()["accepted"]) == (200, LONG)


def test_a_lost_answer_of_an_acceptance_is_given_again(evening: Evening) -> None:
    sent = evening.send(evening.sheet(*numbers(4000)))
    work(evening)
    key = {"Idempotency-Key": "acceptance-of-a-long-file"}
    first, second = (
        evening.ask("POST", f"{sent.headers['Location']}/acceptance", json={}, headers=key) for _ in range(2)
    )
    assert (second.status_code, second.headers["Idempotency-Replayed"]) == (202, "true")
    assert second.get_json() == first.get_json()
    assert second.headers["Location"] == first.headers["Location"]


def test_the_same_long_file_from_six_hands_at_once_is_one_batch(evening: Evening) -> None:
    batches, stays = evening.count(Batch), evening.count(Stay)
    content = evening.sheet(*numbers(5000))
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: evening.send(content, accept=True, by="our front desk"), range(6)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    work(evening)
    again = evening.send(content, accept=True)
    assert (again.status_code, again.get_json()["accepted"]) == (200, LONG)
    assert (evening.count(Batch), evening.count(Stay)) == (batches + 1, stays + LONG)


def test_a_long_file_without_one_good_row_stays_checked(evening: Evening) -> None:
    content = evening.sheet(*(str(each) for each in range(10, 10 + LONG)))
    sent = evening.send(content, accept=True)
    assert sent.status_code == 202
    work(evening)
    batch = follow(evening, sent).get_json()
    assert (batch["state"], batch["rows"], batch["rejected"]) == ("checked", LONG, LONG)
    for answer in (
        evening.ask("POST", f"{sent.headers['Location']}/acceptance", json={}),
        evening.send(content, accept=True),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "batch_has_no_guest")


def test_a_long_file_that_cannot_be_read_ends_with_its_error(evening: Evening) -> None:
    content = evening.sheet(*numbers(6000, 1000))
    sent = evening.send(content[:40_000] + bytes(2_000) + content[42_000:], accept=True)
    assert sent.status_code == 202
    work(evening)
    ended = follow(evening, sent)
    (said,) = ended.get_json()["problems"]
    assert (ended.status_code, ended.get_json()["state"], said["row"], said["code"]) == (200, "refused", 0, "F11")
    refused = evening.ask("POST", f"{sent.headers['Location']}/acceptance", json={})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "batch_step_refused")
    again = evening.send(content[:40_000] + bytes(2_000) + content[42_000:], accept=True)
    assert (again.status_code, again.get_json()["state"]) == (200, "refused")
