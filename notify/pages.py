"""Data files: of this package, and the texts of every part's notices."""

from importlib.resources import files
from typing import Any

from kernel.data_files import parse_yaml, read_yaml
from kernel.part import registered


def read_page(path: str) -> Any:
    """A file below this package, such as `data/advice.yaml`."""
    return read_yaml("notify", path)


def text_files(name: str) -> list[str]:
    """A file of texts, such as `sms.vi.yaml`, of every part that has one."""
    folders = [files(part.texts) for part in registered() if part.texts]
    if not folders:
        raise LookupError("the list of parts was not imported")
    return [folder.joinpath(name).read_text(encoding="utf-8") for folder in folders if folder.joinpath(name).is_file()]


def text_pages(name: str) -> list[dict[str, Any]]:
    """The same, parsed."""
    return [parse_yaml(text) for text in text_files(name)]
