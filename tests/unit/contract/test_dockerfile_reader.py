"""The tests' own reader of Dockerfiles."""

import pytest

from tests.support.dockerfile import Instruction, read_dockerfile

_TEXT = """# a comment
FROM python:3 AS one
RUN first \\
 && second \\
    && third

FROM python:3
copy a b
  # another
CMD ["serve"]
"""


def test_lines_are_joined_and_stages_counted() -> None:
    assert read_dockerfile(_TEXT) == [
        Instruction(0, "FROM", "python:3 AS one"),
        Instruction(0, "RUN", "first && second && third"),
        Instruction(1, "FROM", "python:3"),
        Instruction(1, "COPY", "a b"),
        Instruction(1, "CMD", '["serve"]'),
    ]


def test_arguments_without_a_shell_are_a_list() -> None:
    assert read_dockerfile(_TEXT)[-1].listed() == ["serve"]
    with pytest.raises(ValueError):
        Instruction(0, "CMD", '{"serve": 1}').listed()


@pytest.mark.parametrize("text", ["RUN before", "FROM a\nRUM it", "FROM a\nnothing", "FROM"])
def test_what_is_no_instruction_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_dockerfile(text)
