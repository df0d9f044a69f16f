"""The data files of this package, YAML, read fast enough for a process that must be ready in a moment."""

from importlib.resources import files
from typing import Any, Final

import yaml

# Ten times as fast where PyYAML was built with libyaml; both build plain values only.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_page(text: str) -> Any:
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - either one is safe


def read_page(path: str) -> Any:
    """A file below this package, such as `data/events.yaml`."""
    return parse_page(files("notify").joinpath(path).read_text(encoding="utf-8"))
