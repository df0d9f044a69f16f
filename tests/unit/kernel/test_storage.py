"""Objects come back as they were put, in folders of any name."""

from pathlib import Path

import pytest

from kernel.storage import ObjectStore


@pytest.mark.parametrize("folder", ["plain", "có dấu và khoảng trắng", "a%20b"])
def test_objects_in_a_folder(tmp_path: Path, folder: str) -> None:
    store = ObjectStore((tmp_path / folder).as_uri())
    store.put("uploads/x/0001", b"\0bytes")
    assert store.get("uploads/x/0001") == b"\0bytes"
    assert (tmp_path / folder / "uploads" / "x" / "0001").exists()
    store.delete("uploads/x/0001")
    store.delete("uploads/x/0001")
    with pytest.raises(KeyError):
        store.get("uploads/x/0001")
