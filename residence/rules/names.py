"""The name of a guest: one person's, in letters that a name of that nationality has."""

import re
import unicodedata
from typing import Final

from kernel.texts.folding import fold, search_key
from kernel.texts.lookalikes import APOSTROPHES, DASHES
from residence.reading.names import has_odd_letters, is_garbled_name, is_mrz_shaped, transliterate
from residence.rules.judgement import Judgement
from residence.rules.texts import LIMITS

_VIETNAMESE: Final = "a-zàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_COMMON: Final = re.compile(f"[{_VIETNAMESE}{_VIETNAMESE.upper()}]+(?: [{_VIETNAMESE}{_VIETNAMESE.upper()}]+)+")
_BETWEEN_LETTERS: Final = frozenset(" .'-" + APOSTROPHES + DASHES)
# Between two names, or between a name and how many came with it.
_APART: Final = re.compile(rf"[,;/&+|\n]| [-{DASHES}] |\b(?:và|với|cùng|and|with)\b| va (?=\S+ \S)", re.IGNORECASE)
_COMPANY: Final = re.compile(
    r"\d+\s*(?:người|khách|ng\b|nk\b|pax|guests?|persons?|adults?|bé|trẻ|nguoi|khach)|\b(?:một|hai|ba|bốn|năm) người"
    r"|\b[x×]\s*\d+\b|\+\s*\d+|[+&]\s*(?:vợ|chồng|con|bé|vo|chong)|\b(?:và|cùng)\s+(?:vợ|chồng|con|bạn|gia đình|đoàn)",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(
    r"(?:ông|bà|mr|mrs|ms|miss|dr|mstr)\.?\s.*|.*\s(?:mr|mrs|ms|miss|mstr)\.?", re.IGNORECASE | re.DOTALL
)
# What is written where no name is known, as `search_key` gives it.
_NOBODY: Final = re.compile(
    r"khach(?: (?:le|doan|vang lai|quen|vip|nuoc ngoai|viet nam|viet|tay|hang|moi|cu|dat truoc|\d+).*)?"
    r"|khong (?:ten|ro|biet)|chua (?:co|biet|ro)(?: ten)?|ten khach|ho (?:va )?ten|tong cong.*"
    r"|unknown(?: guest)?|no name|n/?a|guest(?: ?\d+)?|walk.?in.*|(.)\1{2,}"
)
# How those begin, found faster.
_MAYBE_NOBODY: Final = re.compile(r"kh|ch[uư]a|t[eê]n|un|gu|n[/ao]|h[oọ]|t[oổ]ng|walk|(.)\1\1", re.IGNORECASE)
_SHOWN_SIGNS: Final = 8
# A second family name and middle name in one cell, with nothing between the two guests.
_MIDDLES: Final = frozenset({"văn", "thị", "van", "thi"})
_LONGEST: Final = LIMITS["full_name"]
_LONG_NAME: Final = 5
_SHORTEST_PART: Final = 2


def judge_letters(guest: Judgement) -> None:
    """Refuses a name that is no name, of several people, or in letters that no such name has."""
    name: str = guest.values.get("full_name", "")
    if not name or len(name) > _LONGEST:
        # One that is too long is refused for that.
        return
    common = _COMMON.fullmatch(name) is not None
    if not common and is_garbled_name(name):
        guest.refuse("garbled", "full_name", name)
    elif _MAYBE_NOBODY.match(name) and _NOBODY.fullmatch(search_key(name)):
        guest.refuse("name_of_nobody", "full_name", name)
    elif _is_several(name):
        guest.refuse("several_guests", "full_name", name)
    elif not (common or guest.foreign or "nationality" in guest.unreadable) and (odd := _odd_signs(name)):
        guest.refuse("name_signs", "full_name", name, signs=odd)
    else:
        _doubtful(guest, name)


def judge_name(guest: Judgement) -> None:
    """A name of one word, a foreigner's name against the machine-readable zone."""
    name: str = guest.values.get("full_name", "")
    if not name:
        return
    if " " not in name and not guest.values.get("one_word_name"):
        guest.note("one_word_name", "full_name", name)
    if guest.foreign:
        if not is_mrz_shaped(name):
            spelled = transliterate(name)
            guest.note("name_not_mrz", "full_name", name, hint=f" Có phải là {spelled}?" if spelled else "")
        if not guest.values.get("name_confirmed"):
            guest.note("name_not_confirmed", "full_name", name)
    elif has_odd_letters(name):
        guest.note("name_letters_odd", "full_name", name)


def _doubtful(guest: Judgement, name: str) -> None:
    """Reasons to look: a title, a shortened word, digits in a foreigner's name, two family names in one."""
    if _TITLE.fullmatch(name):
        guest.note("name_with_title", "full_name", name)
    if not guest.foreign and "." in name:
        guest.note("name_shortened", "full_name", name)
    if guest.foreign and any(sign.isdigit() for sign in name):
        guest.note("name_with_digits", "full_name", name)
    words = fold(name).split()
    if not guest.foreign and len(words) >= _LONG_NAME and sum(word in _MIDDLES for word in words[1:]) > 1:
        guest.note("name_of_two", "full_name", name)


def _is_several(name: str) -> bool:
    """Whether more than one person stands in the name: two names with something between, or a count of heads."""
    if _COMPANY.search(name):
        return True
    parts = [part.split() for part in _APART.split(name)]
    # A comma after the family name ("NGUYEN, VAN A") and a slash after it (airlines) part one name.
    named = [part for part in parts if len(part) >= _SHORTEST_PART and all(word[0].isalpha() for word in part)]
    return len(named) > 1


def _odd_signs(name: str) -> str:
    """The signs of a Vietnamese name that are neither Latin letters nor stand between letters."""
    odd = dict.fromkeys(sign for sign in name if sign not in _BETWEEN_LETTERS and not _is_latin(sign))
    if not odd and not any(map(str.isalpha, name)):
        odd = dict.fromkeys(name)
    return " ".join(list(odd)[:_SHOWN_SIGNS])


def _is_latin(sign: str) -> bool:
    if sign.isascii():
        return sign.isalpha()
    return unicodedata.combining(sign) > 0 or (sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN"))
