"""Message templates of the official account: what each one asks for, and what Zalo makes of the data it is sent."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

STATUSES = ("ENABLE", "PENDING_REVIEW", "REJECT", "DISABLE")
_REFUSED_STATUS = {"PENDING_REVIEW": -131, "REJECT": -131, "DISABLE": -146}
_BUILT_IN = Path(__file__).parent / "templates.json"
_FIELD = re.compile(r"<([a-z0-9_]{1,60})>")


class BadTemplateError(ValueError):
    """A template that cannot be; the message says why."""


@dataclass(frozen=True, slots=True)
class Param:
    """One field; `most` is its greatest length in characters of NFC."""

    name: str
    most: int
    required: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """`text` is shown with each "<name>" replaced. `night`: may be sent between 22:00 and 06:00. `daily`: at most so
    many a day (None: as many as the account may)."""

    id: str
    name: str
    text: str
    params: tuple[Param, ...]
    status: str = "ENABLE"
    night: bool = False
    daily: int | None = None
    price_vnd: int = 300

    def refuse(self, data: object) -> int:
        """The code of the first thing wrong with `template_data`; 0 for none."""
        if self.status != "ENABLE":
            return _REFUSED_STATUS[self.status]
        if not isinstance(data, dict) or (self.params and not data):
            return -111
        if set(data) - {param.name for param in self.params}:
            return -132
        return next((code for param in self.params if (code := _wrong(param, data.get(param.name)))), 0)

    def fill(self, data: Mapping[str, Any]) -> str:
        return _FIELD.sub(lambda found: str(data.get(found[1], "")), self.text)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def info(self) -> dict[str, Any]:
        """As `/template/info/v2` gives it."""
        return {
            "templateId": self.id,
            "templateName": self.name,
            "status": self.status,
            "listParams": [
                {"name": param.name, "require": param.required, "type": "STRING", "maxLength": param.most}
                for param in self.params
            ],
            "timeout": 7_200_000,
            "templateQuality": "HIGH",
            "templateTag": "TRANSACTION",
            "price": str(self.price_vnd),
        }


@dataclass(slots=True)
class Templates:
    """Those that ship with the sandbox, and those that were registered."""

    held: dict[str, Template] = field(default_factory=dict)

    def restart(self) -> None:
        given = json.loads(_BUILT_IN.read_text(encoding="utf-8"))
        self.held = {template_id: read(template_id, each) for template_id, each in given.items()}

    def put(self, template_id: str, given: Mapping[str, Any]) -> Template:
        """Registers or replaces one. Raises BadTemplateError."""
        self.held[template_id] = read(template_id, given)
        return self.held[template_id]


def read(template_id: str, given: Mapping[str, Any]) -> Template:
    """A template from JSON: name, text, params {name: greatest length, or most and required}, status, night, daily."""
    unknown = set(given) - {"name", "text", "params", "status", "night", "daily", "price_vnd"}
    params, status = given.get("params", {}), given.get("status", "ENABLE")
    if unknown or not isinstance(params, dict) or status not in STATUSES or not template_id.isdigit():
        raise BadTemplateError(f"a numeric id; name, text, params, status (one of {', '.join(STATUSES)}), night, daily")
    name, text = given.get("name", template_id), given.get("text", "")
    night, daily, price = given.get("night", False), given.get("daily"), given.get("price_vnd", 300)
    if not (isinstance(name, str) and isinstance(text, str) and isinstance(night, bool) and isinstance(price, int)):
        raise BadTemplateError("name and text are strings, night true or false, price_vnd a whole number")
    if daily is not None and not isinstance(daily, int):
        raise BadTemplateError("daily is a whole number")
    return Template(
        template_id, name, text, tuple(_param(*each) for each in params.items()), status, night, daily, price
    )


def _param(name: str, given: object) -> Param:
    said = given if isinstance(given, dict) else {"most": given}
    most, required = said.get("most"), said.get("required", True)
    if not isinstance(most, int) or most < 1 or not isinstance(required, bool) or set(said) - {"most", "required"}:
        raise BadTemplateError(f"params.{name}: the greatest length, or most and required")
    return Param(name, most, required)


def _wrong(param: Param, value: object) -> int:
    if value is None or value == "":
        return -1122 if param.required else 0
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return -1124
    return -1121 if len(unicodedata.normalize("NFC", str(value))) > param.most else 0
