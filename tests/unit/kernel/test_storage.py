"""Objects come back as they were put, in folders of any name and in any other store."""

from pathlib import Path

import pytest

from kernel.storage import BucketStore, FileStore, FolderStore, open_store


@pytest.fixture(params=["plain", "có dấu và khoảng trắng", "a%20b", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "bucket":
        return BucketStore("memory:///")
    return open_store((tmp_path / request.param).as_uri())


def test_objects_come_back(store: FileStore) -> None:
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


def test_a_folder_store_keeps_files_where_its_url_says(tmp_path: Path) -> None:
    folder = tmp_path / "có dấu"
    open_store(folder.as_uri()).put("uploads/x/0001", b"bytes")
    assert (folder / "uploads" / "x" / "0001").read_bytes() == b"bytes"


def test_a_put_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(OSError):
        store.put("a/b", b"a folder stands in the way")
    with pytest.raises(OSError):
        store.create(f"a/{'n' * 300}", b"a name that no file can have")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
