"""When the collector runs: not while very many objects are made, and not over what was there from the start."""

import gc
from collections.abc import Iterator

import pytest

from kernel.heap import many_objects, settle


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_collected_meanwhile_and_again_afterwards() -> None:
    with many_objects():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_failure_does_not_leave_it_off() -> None:
    with pytest.raises(ZeroDivisionError), many_objects():
        _ = 1 // 0
    assert gc.isenabled()


def test_whoever_paused_it_first_lets_it_go_on() -> None:
    with many_objects():
        with many_objects():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    gc.disable()
    with many_objects():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_what_exists_is_left_out_of_later_collections() -> None:
    before = gc.get_freeze_count()
    settle()
    assert gc.get_freeze_count() > before
