"""Objects come back as they were put, in folders of any name and in a bucket; what a store cannot do now is told."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kernel.database.servers import ServerError
from kernel.storage import FileStore, FolderStore, StoreAwayError, open_store
from tests.support.s3 import S3, s3_server


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with s3_server() as server:
        yield server


@pytest.fixture(params=["plain", "có dấu và khoảng trắng", "a%20b", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    if request.param == "bucket":
        return _in_bucket(s3.url, s3.environment, monkeypatch)
    return open_store((tmp_path / request.param).as_uri())


def _in_bucket(url: str, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> FileStore:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return open_store(url)


def test_objects_come_back(store: FileStore) -> None:
    store.look()
    store.put("uploads/x/0001", b"\0bytes")
    assert store.get("uploads/x/0001") == b"\0bytes"
    store.put("uploads/x/0001", b"again")
    assert store.get("uploads/x/0001") == b"again"
    store.delete("uploads/x/0001")
    store.delete("uploads/x/0001")
    with pytest.raises(KeyError):
        store.get("uploads/x/0001")


def test_what_is_created_once_stays_as_it_was(store: FileStore) -> None:
    assert store.create("audit/x/0001", b"first")
    assert not store.create("audit/x/0001", b"second")
    assert store.get("audit/x/0001") == b"first"
    assert list(store.list("audit")) == ["audit/x/0001"]


def test_objects_of_two_prefixes_never_meet(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (_in_bucket(f"s3://{s3.bucket}/{name}", s3.environment, monkeypatch) for name in ("a", "b"))
    one.put("x/1", b"of a")
    with pytest.raises(KeyError):
        other.get("x/1")
    other.delete("x/1")
    assert one.get("x/1") == b"of a"


@pytest.mark.parametrize(
    ("bucket", "changed", "why"),
    [
        ("khong-co", {}, "NoSuchBucket"),
        (None, {"AWS_ACCESS_KEY_ID": "AKIA0000000000000000"}, "InvalidAccessKeyId"),
        (None, {"AWS_SECRET_ACCESS_KEY": "not-the-one"}, "SignatureDoesNotMatch"),
        (None, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "no answer"),
    ],
)
def test_a_store_that_refuses_is_told_by_everything_that_asks_it(
    s3: S3, monkeypatch: pytest.MonkeyPatch, bucket: str | None, changed: dict[str, str], why: str
) -> None:
    url = s3.url if bucket is None else f"s3://{bucket}/ho-so"
    store = _in_bucket(url, {**s3.environment, **changed}, monkeypatch)
    for ask in (store.look, lambda: store.put("a/1", b"x"), lambda: store.get("a/1"), lambda: store.delete("a/1")):
        with pytest.raises(StoreAwayError, match=why) as caught:
            ask()
        assert not [secret for secret in changed.values() if secret in str(caught.value)]


def test_a_store_that_ends_is_away_and_not_without_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server() as server:
        store = _in_bucket(server.url, server.environment, monkeypatch)
        store.put("a/1", b"x")
        server.end()
        for ask in (lambda: store.get("a/1"), lambda: store.put("a/1", b"y"), store.look):
            with pytest.raises(StoreAwayError):
                ask()


def test_a_folder_store_keeps_files_where_its_url_says(tmp_path: Path) -> None:
    folder = tmp_path / "có dấu"
    open_store(folder.as_uri()).put("uploads/x/0001", b"bytes")
    assert (folder / "uploads" / "x" / "0001").read_bytes() == b"bytes"


def test_a_put_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(StoreAwayError):
        store.put("a/b", b"a folder stands in the way")
    with pytest.raises(StoreAwayError):
        store.create(f"a/{'n' * 300}", b"a name that no file can have")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    store = FolderStore(folder)
    folder.rmdir()
    with pytest.raises(StoreAwayError):
        store.look()


def test_a_folder_that_cannot_be_made_is_refused_as_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match="MOTCUA_FILES_URL"):
        open_store((tmp_path / "file" / "files").as_uri())
