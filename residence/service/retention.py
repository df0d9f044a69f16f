"""What has outlived its use: contents of stays, photos, files. Numbers, and that something was declared, remain."""

from typing import Final

from kernel.work import Work
from residence.nights import police_store
from residence.service.batches import errors_key
from residence.settings import ResidenceSettings
from residence.states import BatchState

_AT_ONCE: Final = 500


def forget_old(work: Work, settings: ResidenceSettings) -> list[str]:
    """Erases what is older than the settings allow, some at a time. Returns object keys to delete after the commit."""
    return [*_photos(work, settings), *_batches(work, settings), *_stays(work, settings)]


def _stays(work: Work, settings: ResidenceSettings) -> list[str]:
    old = police_store.lock_old_stays(work.session, work.now() - settings.stays_kept, _AT_ONCE)
    keys = [stay.photo_key for stay in old if stay.photo_key is not None]
    for stay in old:
        stay.document_index, stay.name_words, stay.room = None, [], ""
        stay.photo_key, stay.photo_at = None, None
        stay.erased_at = work.now()
    if old:
        police_store.erase_declarations(work.session, [stay.id for stay in old])
    return keys


def _photos(work: Work, settings: ResidenceSettings) -> list[str]:
    keys = []
    for stay in police_store.lock_old_photos(work.session, work.now() - settings.photos_kept, _AT_ONCE):
        if stay.photo_key is not None:
            keys.append(stay.photo_key)
        stay.photo_key, stay.photo_at = None, None
    return keys


def _batches(work: Work, settings: ResidenceSettings) -> list[str]:
    keys = []
    for batch in police_store.lock_old_batches(work.session, work.now() - settings.files_kept, _AT_ONCE):
        keys += [batch.file_key, *([errors_key(batch.file_key)] if batch.long else [])]
        if batch.state != BatchState.ACCEPTED:
            # Nothing was declared from it, so the same file may begin anew.
            work.session.delete(batch)
            continue
        batch.findings, batch.file_name, batch.erased_at = None, None, work.now()
    return keys
