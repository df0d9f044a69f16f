"""Files on their way up, by tus 1.0.0: begun, broken off, gone on with."""

from base64 import b64encode
from typing import Any, Final

from journey.account import Account
from journey.photos import File
from journey.wire import Refused

TUS: Final = {"Tus-Resumable": "1.0.0"}
PIECE: Final = {**TUS, "Content-Type": "application/offset+octet-stream"}
Sent = dict[str, Any]
"""{upload_id, sha256, size}: a file as dossiers name it."""


def upload(account: Account, file: File, *, lose_network_after: int | None = None) -> Sent:
    """Sends a whole file; with `lose_network_after` the connection breaks after so many octets and it goes on."""
    place = begin_upload(account, file)
    if lose_network_after is not None:
        first = file.content[:lose_network_after]
        headers = {**account.identified(), **PIECE, "Upload-Offset": "0"}
        account.wire.break_off("PATCH", place, headers=headers, size=file.size, first=first)
    send_rest(account, place, file)
    return sent(place, file)


def begin_upload(account: Account, file: File, *, size: int | None = None) -> str:
    """The path of a new upload; `size` is what is announced, if not the truth."""
    said = f"filename {_b64(file.name)},filetype {_b64(file.media_type)}"
    headers = {**TUS, "Upload-Length": str(file.size if size is None else size), "Upload-Metadata": said}
    return account.call("POST", "/v1/uploads", headers=headers).headers["location"]


def offset_of(account: Account, place: str) -> int:
    return int(account.call("HEAD", place, headers=TUS).headers["upload-offset"])


def send_rest(account: Account, place: str, file: File) -> None:
    """Asks how far the upload has come and sends what is missing; again where an earlier piece was still landing."""
    for _ in range(5):
        offset = offset_of(account, place)
        if offset == file.size:
            return
        headers = {**PIECE, "Upload-Offset": str(offset)}
        answer = account.ask("PATCH", place, body=file.content[offset:], headers=headers)
        if answer.status >= 400 and answer.status != 409:
            raise Refused(answer)
    raise AssertionError("an upload that does not come to its end")


def sent(place: str, file: File) -> Sent:
    """How dossiers name the file uploaded at `place`."""
    return {"upload_id": place.rsplit("/", 1)[1], "sha256": file.sha256, "size": file.size}


def _b64(text: str) -> str:
    return b64encode(text.encode()).decode()
