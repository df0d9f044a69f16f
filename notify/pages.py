"""The data files of this package."""

from typing import Any

from kernel.data_files import read_yaml


def read_page(path: str) -> Any:
    """A file below this package, such as `data/events.yaml`."""
    return read_yaml("notify", path)
