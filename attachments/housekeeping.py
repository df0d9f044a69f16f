"""What the sweep does for uploads: those that nobody attached in time go, with their objects."""

from attachments.service.pieces import remove_objects
from attachments.service.uploads import expire_uploads
from kernel.part import Container
from kernel.work import Work


def expire(container: Container) -> None:
    with container.database.transaction() as session:
        expired = expire_uploads(Work(session, container.vault, container.clock))
    for upload_id in expired:
        remove_objects(container.files, upload_id)
