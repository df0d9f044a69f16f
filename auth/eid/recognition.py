"""Who somebody is when the eID provider vouches for them: a pure rule over what is known by subject and by number.

A provider's subject never passes to another person (OpenID Connect Core 1.0 §2), and a personal number is one person's.
Both lead to an account; where they lead to two, nothing is joined.
"""

from enum import StrEnum


class Recognition(StrEnum):
    """`new`: nobody yet. `known_by_subject`, `known_by_number`: that account. `number_appeared`: the subject's account
    gets its first number, `number_corrected` another one. `second_account`: the subject's account has no number, and
    the number has an account: that one counts from now on. `conflict`: two numbers, and no sign of one person.
    """

    NEW = "new"
    KNOWN_BY_SUBJECT = "known_by_subject"
    KNOWN_BY_NUMBER = "known_by_number"
    NUMBER_APPEARED = "number_appeared"
    NUMBER_CORRECTED = "number_corrected"
    SECOND_ACCOUNT = "second_account"
    CONFLICT = "conflict"


def recognise(*, subject: int | None, number: int | None, said: bool, numbered: bool, alike: bool) -> Recognition:
    """`subject` and `number` tell which account each leads to, None for none; equal ones are one account.

    `said`: the provider gave a number. `numbered`: the subject's account has one. `alike`: name or birth date of that
    account are those that the provider says now.
    """
    if subject is None:
        return Recognition.NEW if number is None else Recognition.KNOWN_BY_NUMBER
    if not said or subject == number:
        return Recognition.KNOWN_BY_SUBJECT
    if numbered:
        return Recognition.NUMBER_CORRECTED if number is None and alike else Recognition.CONFLICT
    return Recognition.NUMBER_APPEARED if number is None else Recognition.SECOND_ACCOUNT
