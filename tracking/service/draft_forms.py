"""Form values of a dossier: checked, sealed, read back."""

import json
from typing import Any

from kernel.clock import local
from kernel.errors import DomainError, FieldError
from kernel.texts.json_values import check_values, normalise
from kernel.work import Work
from procedures.catalogue import Published
from procedures.forms.checking import LIMITS, ROOT, check_form
from tracking.models import FORM_FIELD, Dossier


def write_form(work: Work, published: Published, dossier: Dossier, values: dict[str, Any]) -> None:
    """Checks and seals the form values of a draft. Raises `invalid_fields`, each field named."""
    checked = check_form(published.procedure, values, draft=True, today=local(work.now()).date())
    if checked.errors:
        raise DomainError("invalid_fields", fields=checked.errors)
    seal_form(work, dossier, checked.values)


def complete_form(work: Work, published: Published, dossier: Dossier) -> tuple[dict[str, Any], list[FieldError]]:
    """The form values of a dossier that is to be filed, checked in full, and what is wrong with them."""
    values = read_form(work, dossier)
    checked = check_form(published.procedure, values, draft=False, today=local(work.now()).date())
    if not checked.errors:
        seal_form(work, dossier, checked.values)
    return checked.values or values, list(checked.errors)


def read_form(work: Work, dossier: Dossier) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(work.vault.open(FORM_FIELD, dossier.id, dossier.form_values))
    return values


def keep_typed(work: Work, dossier: Dossier, values: dict[str, Any]) -> None:
    """Seals form values as they were typed, whatever a form says of them. Raises `invalid_fields`."""
    unfit = check_values(values, LIMITS, ROOT)
    if unfit:
        raise DomainError("invalid_fields", fields=unfit)
    seal_form(work, dossier, normalise(values))


def seal_form(work: Work, dossier: Dossier, values: dict[str, Any]) -> None:
    dossier.form_values = work.vault.seal(FORM_FIELD, dossier.id, json.dumps(values, ensure_ascii=False))
