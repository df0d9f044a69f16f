"""XML read without risk: no document type, no entities, no names from outside, bounded depth."""

from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from residence.rules.findings import FileRefused

_DEEPEST: Final = 64
_CHUNK: Final = 1 << 16
_LAST: Final = True

Started = Callable[[str, dict[str, str]], None]
Ended = Callable[[str, str], None]


def walk(data: bytes, started: Started, ended: Ended) -> None:
    """Calls `started(tag, attributes)` and `ended(tag, text)` for each element; tags without their namespace prefix.

    Raises FileRefused for a document type, for anything not well-formed and for what the callbacks raise.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    texts: list[list[str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(texts) >= _DEEPEST:
            raise FileRefused("broken", detail="XML")
        texts.append([])
        started(tag.rpartition(":")[2], attributes)

    def end(tag: str) -> None:
        ended(tag.rpartition(":")[2], "".join(texts.pop()))

    def take(text: str) -> None:
        if texts:
            texts[-1].append(text)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = take
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    try:
        for place in range(0, len(data), _CHUNK):
            parser.Parse(data[place : place + _CHUNK])
        parser.Parse(b"", _LAST)
    except expat.ExpatError as error:
        raise FileRefused("broken", detail=f"XML, dòng {error.lineno}") from None
    except (LookupError, ValueError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused("broken", detail="XML") from None


def _refuse_doctype(*_: object) -> None:
    raise FileRefused("xml_entities")
