"""The order of a form's questions survives seeding, storage and reading."""

from datetime import date

from sqlalchemy.orm import Session

from procedures.catalogue import Catalogue
from procedures.loader import read_document
from procedures.models import ProcedureVersion
from procedures.publishing import publish_procedure
from tests.unit.procedures.household import FILE

DAY = date(2026, 11, 20)


def _turned(node: object) -> object:
    """The same document with every object the other way round."""
    if isinstance(node, dict):
        return {key: _turned(node[key]) for key in reversed(node)}
    return [_turned(inner) for inner in node] if isinstance(node, list) else node


def _spelt(node: object) -> object:
    """Objects as lists of pairs, so that comparing compares the order too."""
    if isinstance(node, dict):
        return [(key, _spelt(value)) for key, value in node.items()]
    return [_spelt(inner) for inner in node] if isinstance(node, list) else node


def test_what_is_read_back_is_in_the_order_of_the_file(session: Session) -> None:
    document = read_document(FILE)
    version, new = publish_procedure(session, document, DAY)
    session.flush()
    session.expire_all()
    assert new
    assert _spelt(session.get_one(ProcedureVersion, version).document) == _spelt(document)
    published = Catalogue().find_current(session, "1.001612", DAY)
    assert _spelt(dict(published.procedure.form.schema)) == _spelt(document["form"])


def test_another_order_is_another_version_and_the_same_order_is_none(session: Session) -> None:
    document = read_document(FILE)
    document["form"].pop("x-sections")
    first, _ = publish_procedure(session, document, DAY)
    session.flush()
    assert publish_procedure(session, document, DAY) == (first, False)
    turned = {**document, "form": {**document["form"], "properties": _turned(document["form"]["properties"])}}
    second, new = publish_procedure(session, turned, DAY)
    session.flush()
    assert new
    assert second != first
