"""Whatever happens to the claims of one tax code, one of them at most is proved."""

from hypothesis import given
from hypothesis import strategies as st

from auth.organisations.standing import STANDING_MOVES, Means, Standing, StandingEvent, displaces, next_standing

acts = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(Means)) | st.just(None),
    max_size=20,
)


def _prove(claims: list[Standing], means: list[Means | None], who: int, by: Means) -> None:
    proved = next((each for each, standing in enumerate(claims) if standing is Standing.PROVED and each != who), None)
    if proved is not None and not displaces(by, means[proved] or Means.PAPER):
        claims[who] = next_standing(claims[who], StandingEvent.CONTEST) or claims[who]
        return
    for other in range(len(claims)):
        event = StandingEvent.PROVE if other == who else StandingEvent.RIVAL_PROVED
        after = next_standing(claims[other], event)
        assert after is not None
        claims[other] = after
    means[who] = by


@given(acts)
def test_one_claim_at_most_is_proved(acts: list[tuple[int, Means] | None]) -> None:
    claims, means = [Standing.CLAIMED] * 4, [None] * 4
    for act in acts:
        before = [each for each, standing in enumerate(claims) if standing is Standing.PROVED]
        if act is not None:
            _prove(claims, means, *act)  # type: ignore[arg-type]
            # A proof never leaves a code without anybody who speaks for it.
            assert Standing.PROVED in claims
        elif before:
            for each, standing in enumerate(claims):
                event = StandingEvent.WITHDRAW if each in before else StandingEvent.RIVAL_FELL
                after = next_standing(standing, event)
                assert after is Standing.CLAIMED
                claims[each] = after
        assert claims.count(Standing.PROVED) <= 1


def test_nobody_displaces_their_equal() -> None:
    assert [(new, old) for new in Means for old in Means if displaces(new, old)] == [
        (Means.REGISTRY, Means.PAPER),
        (Means.EID, Means.PAPER),
        (Means.EID, Means.REGISTRY),
    ]


def test_only_what_is_proved_is_taken_back_or_contested_by_nobody() -> None:
    assert {state for state, event in STANDING_MOVES if event is StandingEvent.WITHDRAW} == {Standing.PROVED}
    assert next_standing(Standing.PROVED, StandingEvent.CONTEST) is None
