"""The bounded store against a plain list."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.twilio.store import Message, MessageStore


@given(st.lists(st.sampled_from("abc"), max_size=40), st.integers(1, 10), st.integers(-2, 45))
def test_it_holds_the_latest_and_finds_them_every_way(numbers: list[str], keep: int, below: int) -> None:
    store = MessageStore(keep)
    store.clear("0123456789abcdef")
    messages = [Message(number, "x", str(index), 1, float(index)) for index, number in enumerate(numbers)]
    for message in messages:
        store.add(message)
    held = messages[-keep:] if messages else []
    assert list(store.newest()) == held[::-1]
    assert list(store.newest(below=below)) == [message for message in held if message.position < below][::-1]
    for number in "abc":
        own = [message for message in held if message.to == number]
        assert list(store.newest(number)) == own[::-1]
        assert list(store.newest(number, below)) == [message for message in own if message.position < below][::-1]
    for message in messages:
        found = store.find(store.sid(message))
        assert found is (message if message in held else None)
    assert (store.total, store.total - store.first) == (len(messages), len(held))


@given(st.text(max_size=40))
def test_a_made_up_sid_finds_nothing(sid: str) -> None:
    store = MessageStore(4)
    store.clear("f" * 16)
    store.add(Message("a", "x", "x", 1, 0.0))
    assert store.find(sid) is None


@given(st.integers(0, 30), st.booleans())
def test_a_state_is_a_function_of_time(now: int, canceled: bool) -> None:
    message = Message("a", "x", "x", 1, 0.0)
    message.sent_at, message.final_at = 10.0, 20.0
    if canceled:
        message.final, message.final_at = "canceled", 5.0
    expected = "queued" if now < 10 else "sent" if now < 20 else "delivered"
    assert message.status(now) == ("canceled" if canceled else expected)
    assert message.changed_at(now) == (5.0 if canceled else {"queued": 0.0, "sent": 10.0, "delivered": 20.0}[expected])
