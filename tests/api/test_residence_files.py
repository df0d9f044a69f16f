"""Files of guests over HTTP: judged, accepted, given back, cut on their way, sent by six hands at once."""

from concurrent.futures import ThreadPoolExecutor

from residence.models import Batch, Stay
from tests.api.residence_support import Evening


def test_a_file_is_judged_accepted_and_its_rest_given_back(evening: Evening) -> None:
    before = evening.count(Stay)
    sent = evening.send(evening.sheet("049090000011", "12", "049090000012"))
    assert sent.status_code == 200
    batch = sent.get_json()
    assert (batch["state"], batch["rows"], batch["rejected"], batch["file_name"]) == ("checked", 3, 1, "đêm.xlsx")
    assert [(each["row"], each["code"]) for each in batch["problems"] if each["code"][0] == "E"] == [(3, "E13")]
    path = f"{evening.lodging}/batches/{batch['id']}"
    accepted = evening.ask("POST", f"{path}/acceptance", json={}).get_json()
    assert (accepted["state"], accepted["accepted"]) == ("accepted", 2)
    assert evening.count(Stay) == before + 2
    back = evening.ask("GET", f"{path}/error-sheet")
    assert back.headers["Cache-Control"] == "no-store"
    assert back.data.startswith(b"PK")
    corrected = evening.send(back.data, accept=True)
    assert (corrected.status_code, corrected.get_json()["code"]) == (409, "batch_has_no_guest")
    assert evening.count(Stay) == before + 2


def test_the_same_file_again_answers_with_the_first_verdict(evening: Evening) -> None:
    content = evening.sheet("049090000011")
    first = evening.send(content, accept=True).get_json()
    again = evening.send(content, accept=True).get_json()
    assert again == first
    assert first["accepted"] == 1


def test_the_same_file_from_six_hands_at_once_is_one_batch(evening: Evening) -> None:
    batches, stays = evening.count(Batch), evening.count(Stay)
    content = evening.sheet(*(f"0490900001{number:02}" for number in range(30)))
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: evening.send(content, accept=True, by="our front desk"), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert (evening.count(Batch), evening.count(Stay)) == (batches + 1, stays + 30)


def test_findings_turn_their_pages(evening: Evening) -> None:
    batch = evening.send(evening.sheet(*(str(number) for number in range(1, 8)))).get_json()
    path = f"{evening.lodging}/batches/{batch['id']}/findings"
    rows, cursor = [], None
    while True:
        query = {"limit": "5", **({"cursor": cursor} if cursor else {})}
        page = evening.ask("GET", path, query_string=query).get_json()
        rows += [(each["row"], each["code"]) for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [row for row, code in rows if code == "E13"] == list(range(2, 9))
    assert len(rows) == len(set(rows))


def test_a_file_cut_on_its_way_declares_nobody(evening: Evening) -> None:
    content = evening.sheet("049090000011")
    before = evening.count(Batch)
    query = {"accept": "true"}
    answer = evening.ask(
        "POST",
        f"{evening.lodging}/batches",
        query_string=query,
        data=content[:100],
        environ_overrides={"CONTENT_LENGTH": str(len(content))},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (400, "batch_incomplete")
    assert evening.count(Batch) == before


def test_a_file_of_too_many_megabytes_is_refused_in_words(evening: Evening) -> None:
    answer = evening.send(bytes((32 << 20) + 1))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "batch_too_large")
    assert "32 MB" in answer.get_json()["detail"]


def test_what_is_no_list_of_guests_says_why(evening: Evening) -> None:
    batch = evening.send(b"\x89PNG\r\n invented").get_json()
    assert (batch["state"], batch["rows"]) == ("refused", 0)
    (said,) = batch["problems"]
    assert said["row"] == 0
    assert said["code"].startswith("F")
