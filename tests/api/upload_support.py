"""A phone that sends files by tus, over the edge of a whole world."""

import io
from base64 import b64encode
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from tests.api.authorisation_support import World

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def photo(seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((300 + seed, 200), 40).save(out, "JPEG")
    return out.getvalue()


class Phone:
    def __init__(self, world: World, name: str = "owner") -> None:
        self.world = world
        self.headers = world.callers[name].headers()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.world.client.open(path, method=method, data=body, headers={**self.headers, **TUS, **named})

    def begin(self, size: int, **metadata: bytes) -> str:
        pairs = ",".join(f"{name} {b64encode(value).decode()}" for name, value in metadata.items())
        answer = self.ask("POST", "/v1/uploads", Upload_Length=str(size), Upload_Metadata=pairs)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def piece(self, place: str, content: bytes, offset: int = 0, **headers: str) -> TestResponse:
        sent = {**PIECE, "Upload-Offset": str(offset), **headers}
        return self.ask("PATCH", place, content, **sent)

    def send(self, content: bytes, **metadata: bytes) -> TestResponse:
        return self.piece(self.begin(len(content), **metadata), content)

    def read(self, place: str) -> Any:
        return self.ask("GET", place).get_json()

    def objects(self) -> list[str]:
        return list(self.world.held.files.list("uploads"))


def refused(answer: TestResponse, status: int, code: str) -> Any:
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    return answer.get_json()
