"""What a boot says is wrong with the settings, as tests compare it."""

from collections.abc import Iterable


def in_english(problems: Iterable[str]) -> list[str]:
    """`NAME: vi / en` as `NAME: en`, sorted."""
    return sorted(f"{line.partition(':')[0]}: {line.rpartition(' / ')[2]}" for line in problems)
