"""Photos of the page of a passport: sensitive, sealed, kept for days rather than months, seen by the lodging alone."""

from typing import Final
from uuid import UUID

from kernel.actor import Actor
from kernel.audit import write_audit
from kernel.errors import DomainError
from kernel.ids import new_id
from kernel.quota import require_room
from kernel.storage import FileStore
from kernel.vault import Vault
from kernel.work import Work
from residence import store
from residence.models import Stay
from residence.ports import FrontDesk
from residence.service.access import lodging_for

MAX_PHOTO: Final = 4 << 20
# Of one lodging, until they are erased: foreigners of some 150 rooms a day.
MOST_PHOTOS: Final = 5000
JPEG: Final = "image/jpeg"
_CONTENT: Final = "stay.photo"
_BEGINS: Final = b"\xff\xd8\xff"


def require_photo(content: bytes) -> None:
    """Raises `photo_not_jpeg`, `photo_too_large`."""
    if len(content) > MAX_PHOTO:
        raise DomainError("photo_too_large", megabytes=MAX_PHOTO >> 20)
    if not content.startswith(_BEGINS):
        raise DomainError("photo_not_jpeg")


def store_photo(files: FileStore, vault: Vault, stay_id: UUID, content: bytes) -> str:
    """Seals and stores a photo under a name of its own; outside any transaction. Returns its key."""
    key = f"residence/photos/{stay_id}/{new_id()}"
    files.put(key, vault.seal_bytes(_CONTENT, stay_id, content))
    return key


def may_attach(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID) -> None:
    """Raises `not_found`, `mandate_missing` before a photo is read."""
    _find_stay(work, actor, desk, lodging_id, stay_id)


def _find_stay(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID) -> Stay:
    lodging = lodging_for(work, actor, desk, lodging_id, "report")
    return store.find_stay(work.session, lodging.id, stay_id)


def attach_photo(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID, key: str) -> str | None:
    """Makes a stored photo the stay's. Returns the key of the one before, to be deleted after the commit."""
    lodging = lodging_for(work, actor, desk, lodging_id, "report")
    stay = store.find_stay(work.session, lodging.id, stay_id, lock=True)
    if stay.erased_at is not None:
        raise DomainError("stay_erased")
    if stay.photo_key is None:
        require_room(
            work.session,
            "photos",
            lodging.id,
            held=lambda: store.count_photos(work.session, lodging.id),
            limit=MOST_PHOTOS,
            refusal="too_many_photos",
        )
    before, stay.photo_key, stay.photo_at = stay.photo_key, key, work.now()
    write_audit(work.session, actor, "stay.photo", "stay", stay_id)
    return before


def remove_photo(work: Work, actor: Actor, desk: FrontDesk, lodging_id: UUID, stay_id: UUID) -> str | None:
    """Returns the key to delete after the commit; None where there was none."""
    lodging = lodging_for(work, actor, desk, lodging_id, "report")
    stay = store.find_stay(work.session, lodging.id, stay_id, lock=True)
    key, stay.photo_key, stay.photo_at = stay.photo_key, None, None
    if key is not None:
        write_audit(work.session, actor, "stay.photo_remove", "stay", stay_id)
    return key


def read_photo(work: Work, actor: Actor, desk: FrontDesk, files: FileStore, lodging_id: UUID, stay_id: UUID) -> bytes:
    """The JPEG. Raises `not_found`, also for a stay without a photo."""
    stay = _find_stay(work, actor, desk, lodging_id, stay_id)
    if stay.photo_key is None:
        raise DomainError("not_found")
    write_audit(work.session, actor, "stay.photo_read", "stay", stay_id)
    try:
        return work.vault.open_bytes(_CONTENT, stay_id, files.get(stay.photo_key))
    except KeyError:
        raise DomainError("not_found") from None
