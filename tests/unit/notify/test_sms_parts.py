"""`motcua sms parts`: what a text costs, as given, one text or JSON string a line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from motcua.cli.main import main
from motcua.cli.sms import list_answers
from notify.templates.sms_text import measure

CASES = json.loads((Path(__file__).parents[2] / "data" / "sms_segment_cases.json").read_text(encoding="utf-8"))
ALL = CASES["named"] + CASES["random"]
ROOT = Path(__file__).parents[3]


def _ask(lines: str | bytes, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["sms", "parts", *options], input=lines)
    return result.exit_code, result.stdout


def _answers(lines: str | bytes) -> tuple[int, list[dict[str, Any]]]:
    code, out = _ask(lines, "--json")
    return code, [json.loads(line) for line in out.splitlines()]


def _answer(text: str) -> dict[str, Any]:
    code, answers = _answers(json.dumps(text))
    assert code == 0
    assert len(answers) == 1
    return answers[0]


def test_answers_every_case_of_two_other_calculators() -> None:
    asked = "".join(json.dumps(case["text"], ensure_ascii=False) + "\n" for case in ALL)
    code, answers = _answers(asked)
    assert code == 0
    assert len(ALL) > 40
    assert answers == [{name: case[name] for name in ("encoding", "units", "segments")} for case in ALL]


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a\r\nb", "GSM-7", 4, 1),
        ("\r" * 160, "GSM-7", 160, 1),
        ("\r\n" * 81, "GSM-7", 162, 2),
        ("\f" * 80, "GSM-7", 160, 1),
        ("\f" * 81, "GSM-7", 162, 2),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("a" * 152 + "€" * 2, "GSM-7", 156, 1),
        ("a" * 152 + "€" + "a" * 151 + "€", "GSM-7", 307, 3),
        ("a" * 153 + "€" + "a" * 151, "GSM-7", 306, 2),
        ("\0", "UCS-2", 1, 1),
        ("\t", "UCS-2", 1, 1),
        ("ç" * 70, "UCS-2", 70, 1),
        ("ế" * 66 + "😀" + "ế" * 66, "UCS-2", 134, 3),
        ("ế" * 65 + "😀" + "ế" * 67, "UCS-2", 134, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("😀" * 67, "UCS-2", 134, 3),
        ("\ud83d", "UCS-2", 1, 1),
        ("\ude00\ud83d", "UCS-2", 2, 1),
        ("e\u0302\u0301", "UCS-2", 3, 1),
        (" \u00a0 ", "UCS-2", 3, 1),
        ("\u2028", "UCS-2", 1, 1),
    ],
)
def test_counts_what_lies_at_the_borders(text: str, encoding: str, units: int, segments: int) -> None:
    assert _answer(text) == {"encoding": encoding, "units": units, "segments": segments}


@given(st.lists(st.text(st.characters(codec=None), max_size=200), max_size=5))
def test_every_text_is_measured_as_given(texts: list[str]) -> None:
    lines = [json.dumps(text).encode() + b"\n" for text in texts]
    assert list(list_answers(lines)) == [(text, measure(text)._asdict()) for text in map(_paired, texts)]


def _paired(text: str) -> str:
    """A high surrogate before a low one is one character once it has been through JSON."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    "text",
    ["", "  ", "Chào bạn", "nope", "5", "null", '["a"]', '{"a": "b"}', "'a'", "[" * 100_000, "1" * 10_000, '\u00a0"a"'],
)
def test_a_plain_line_is_the_text_itself(text: str) -> None:
    code, answers = _answers(f"{text}\n{text}\r\n{json.dumps(text)}")
    assert code == 0
    assert answers == [measure(text)._asdict()] * 3


@pytest.mark.parametrize(
    "line", ['"a" "b"', '"a', '"', '  "a', '"\t"', '"\\x"', '"Chào" bạn', b'"\xff"', b'"\xed\xa0\xbd"', b"\xff"]
)
def test_a_line_that_cannot_be_read_is_refused_in_its_place(line: str | bytes) -> None:
    raw = line.encode() if isinstance(line, str) else line
    code, answers = _answers(b'"a"\n' + raw + b'\n"b"\n')
    assert code == 1
    assert [list(answer) for answer in answers] == [
        ["encoding", "units", "segments"],
        ["error"],
        ["encoding", "units", "segments"],
    ]


@pytest.mark.parametrize("text", ["Chào bạn", '"Chào"', "a\nb", ""])
def test_a_text_may_stand_on_the_command_line(text: str) -> None:
    result = CliRunner().invoke(main, ["sms", "parts", "--json", text, "hai"])
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        measure(text)._asdict(),
        measure("hai")._asdict(),
    ]


def test_line_ends_and_a_mark_of_the_encoding_are_no_part_of_a_text() -> None:
    code, answers = _answers(b'\xef\xbb\xbf"a"\r\n  "b" \n"c"')
    assert code == 0
    assert [answer["units"] for answer in answers] == [1, 1, 1]
    assert _answers("") == (0, [])


def test_the_table_shows_what_a_screen_cannot() -> None:
    code, out = _ask('"a\\fb"\n"\\ud83d"\n"nope\n')
    assert code == 1
    for shown in ("a\\u000cb", "\\ud83d", "GSM-7", "UCS-2", "JSON"):
        assert shown in out


def test_a_program_may_wait_for_each_answer_without_any_settings() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    with subprocess.Popen(
        [sys.executable, "-m", "motcua", "sms", "parts", "--json"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("a", "ế"):
            process.stdin.write(json.dumps(text).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == measure(text)._asdict()
        process.stdin.close()
        assert process.wait(timeout=60) == 0
