"""The keys by which guests are found: blind indexes of their documents and of the words of their names."""

from functools import lru_cache
from typing import Final
from uuid import UUID

import structlog

from kernel.texts.folding import only_signs
from kernel.vault import Vault, VaultError
from kernel.work import Work
from residence import store
from residence.guests import GuestDeclaration
from residence.models import DECLARATION_FIELD, DOCUMENT_INDEX, WORD_INDEX, Stay
from residence.nights import police_store
from residence.reading.name_search import KEYS_VERSION, ways_of, words_of
from residence.store import StayKey

_LONGEST_NUMBER: Final = 60
_RENEWED_AT_ONCE: Final = 500
_log = structlog.get_logger()


def document_index(vault: Vault, number: str) -> bytes:
    """The blind index of a document's number, however its letters are written."""
    return vault.index(DOCUMENT_INDEX, only_signs(number, most=_LONGEST_NUMBER) or number)


def name_words(vault: Vault, name: str) -> list[int]:
    """Blind indexes of all words by which a name is found, as the 64-bit integers that the column holds."""
    return sorted(_word_index(vault, word) for word in words_of(name))


def sought_words(vault: Vault, name: str) -> list[list[list[int]]]:
    """Of a name that is sought: for each piece the ways to read it, each the words that must all be there."""
    return [[sorted(_word_index(vault, word) for word in way) for way in ways] for ways in ways_of(name)]


def renew_guest_keys(work: Work) -> int:
    """Makes anew what stays are found by, where it was made by older rules. Returns how many; call until 0."""
    stays = police_store.lock_outdated_keys(work.session, KEYS_VERSION, _RENEWED_AT_ONCE)
    heads = store.heads_of(work.session, [stay.id for stay in stays])
    for stay in stays:
        head = heads.get(stay.id)
        if head is not None and head.content is not None:
            _renew(work, stay, head.id, head.content)
        stay.key_version = KEYS_VERSION
    work.session.flush()
    return len(stays)


def _renew(work: Work, stay: Stay, declaration: UUID, content: bytes) -> None:
    try:
        guest = GuestDeclaration.from_json(work.vault.open(DECLARATION_FIELD, declaration, content))
    except VaultError:
        # What was damaged keeps its keys; the others go on.
        _log.error("residence.declaration_does_not_open", declaration_id=str(declaration))
        return
    stay.name_words = name_words(work.vault, guest.full_name)
    index = document_index(work.vault, guest.document_number)
    if index != stay.document_index and not _stands_already(work, stay, index):
        stay.document_index = index


def _stands_already(work: Work, stay: Stay, index: bytes) -> bool:
    """Whether the lodging declared two documents of one night that are now the same: the later keeps its old key."""
    work.session.flush()
    return bool(store.standing_stays(work.session, stay.lodging_id, [StayKey(index, stay.night)]))


@lru_cache(maxsize=8192)
def _word_index(vault: Vault, word: str) -> int:
    return int.from_bytes(vault.index(WORD_INDEX, word)[:8], "big", signed=True)
