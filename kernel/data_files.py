"""The data files of a package, YAML, read fast enough for a process that must be ready in a moment."""

from importlib.resources import files
from typing import Any, Final

import yaml

# Ten times as fast where PyYAML was built with libyaml; both build plain values only.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str) -> Any:
    """What a text in YAML says, in plain values."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - either one is safe


def read_yaml(package: str, path: str) -> Any:
    """A file below a package, such as `data/advice.yaml`."""
    return parse_yaml(files(package).joinpath(path).read_text(encoding="utf-8"))
