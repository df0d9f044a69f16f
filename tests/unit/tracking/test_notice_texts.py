"""What a citizen reads in the timeline of a message that was sent, or was not."""

from itertools import pairwise

import pytest

from notify.templates.events import events
from tracking.notices.texts import ABOUT, NOTICE_EVENTS, describe_notice


@pytest.mark.parametrize(
    ("event", "channel", "vi", "en"),
    [
        (
            "delivered",
            "sms",
            "Đã báo cho công dân qua tin nhắn SMS (hồ sơ được tiếp nhận).",
            "The citizen has been told by text message (dossier accepted).",
        ),
        (
            "undelivered",
            "sms",
            "Tin nhắn SMS (hồ sơ được tiếp nhận) không đến được máy.",
            "The text message (dossier accepted) did not reach the phone.",
        ),
        (
            "undelivered",
            "zalo",
            "Tin Zalo (hồ sơ được tiếp nhận) không đến được máy.",
            "The Zalo message (dossier accepted) did not reach the phone.",
        ),
        (
            "undelivered",
            "inbox",
            "Thông báo trong ứng dụng (hồ sơ được tiếp nhận) không đến được máy.",
            "The notice in the app (dossier accepted) did not reach the phone.",
        ),
        (
            "dead",
            "sms",
            "Không gửi được tin nhắn SMS (hồ sơ được tiếp nhận).",
            "The text message (dossier accepted) could not be sent.",
        ),
        (
            "delivered",
            "inbox",
            "Đã báo cho công dân qua hộp thư trong ứng dụng (hồ sơ được tiếp nhận).",
            "The citizen has been told by the inbox of the app (dossier accepted).",
        ),
    ],
)
def test_a_sentence_says_of_what_and_by_which_way(event: str, channel: str, vi: str, en: str) -> None:
    details = {"channel": channel, "template": "dossier.accepted"}
    assert (describe_notice(event, details, "vi"), describe_notice(event, details, "en")) == (vi, en)


def test_what_was_recorded_without_its_subject_is_still_told() -> None:
    assert describe_notice("delivered", {"channel": "zalo"}, "vi") == "Đã báo cho công dân qua Zalo."
    assert describe_notice("dead", {"channel": "sms", "template": "x.y"}, "en") == "The text message could not be sent."


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_word_is_said_twice_in_a_row(language: str) -> None:
    for event in NOTICE_EVENTS:
        for channel in ("sms", "zalo", "inbox"):
            words = describe_notice(event, {"channel": channel}, "vi" if language == "vi" else "en").lower().split()
            assert all(one != next_one for one, next_one in pairwise(words))


def test_every_notice_of_a_dossier_has_its_subject() -> None:
    assert {name for name in events() if name.startswith("dossier.")} == set(ABOUT)
