"""Photos of passports: sent as a JPEG, kept sealed for days, seen by the lodging alone."""

from uuid import UUID

import flask

from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, here
from api.edge.transactions import unit_of_work
from api.lodging.desk import MANDATE, desk
from api.lodging.stays.routes import STAY
from kernel.work import Work
from residence.service import photos
from residence.service.photos import JPEG, MAX_PHOTO

blueprint = Blueprint("photos", description="Photos of passports (ảnh hộ chiếu)")
_PHOTO = f"{STAY}/photo"


@blueprint.operation(
    "PUT",
    _PHOTO,
    "setPhoto",
    status=204,
    # A little over, so that one slightly too large is refused in a receptionist's words.
    body_limit=2 * MAX_PHOTO,
    takes=JPEG,
    limit="residence",
    problems=(MANDATE, "photo_not_jpeg", "photo_too_large", "stay_erased", "too_many_photos"),
)
def set_photo(lodging_id: UUID, stay_id: UUID) -> None:
    """Adds or replaces the photo of a stay's passport."""
    held = container()
    with unit_of_work() as work:
        photos.may_attach(work, actor(), desk(), lodging_id, stay_id)
    content = here().get_data(cache=False)
    photos.require_photo(content)
    key = photos.store_photo(held.files, held.vault, stay_id, content)
    try:
        with unit_of_work() as work:
            before = photos.attach_photo(work, actor(), desk(), lodging_id, stay_id, key)
    except BaseException:
        held.files.delete(key)
        raise
    if before is not None:
        held.files.delete(before)


@blueprint.operation("GET", _PHOTO, "readPhoto", media_type=JPEG, transaction=True, problems=(MANDATE,))
def read_photo(work: Work, lodging_id: UUID, stay_id: UUID) -> flask.Response:
    """The photo of a stay's passport."""
    content = photos.read_photo(work, actor(), desk(), container().files, lodging_id, stay_id)
    response = flask.Response(content, mimetype=JPEG)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.operation("DELETE", _PHOTO, "removePhoto", status=204, problems=(MANDATE,))
def remove_photo(lodging_id: UUID, stay_id: UUID) -> None:
    """Throws the photo away."""
    with unit_of_work() as work:
        key = photos.remove_photo(work, actor(), desk(), lodging_id, stay_id)
    if key is not None:
        container().files.delete(key)
