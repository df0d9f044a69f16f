"""What a procedure demands of the log-in behind a filing, from the first draft to the submission."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import DomainError
from procedures.catalogue import Catalogue, Published
from tests.db.tracking.conftest import PHONE, Scene
from tracking.service import citizen
from tracking.states import BusinessState


class Demanding(Catalogue):
    """The catalogue that ships, whose procedures all demand level 2."""

    def version(self, session: Session, version_id: UUID) -> Published:
        return self._raised(super().version(session, version_id))

    def find_current(self, session: Session, code: str, today: date) -> Published:
        return self._raised(super().find_current(session, code, today))

    @staticmethod
    def _raised(published: Published) -> Published:
        return replace(published, procedure=replace(published.procedure, identity_level=2))


@pytest.fixture
def demanding(scene: Scene) -> Scene:
    scene.office = replace(scene.office, catalogue=Demanding())
    return scene


def at_level(actor: Actor, level: int) -> Actor:
    return replace(actor, identity_level=level)


def refused(error: DomainError) -> bool:
    return (error.code, error.params) == ("identity_level_too_low", {"needed": 2})


def test_a_draft_needs_the_level(demanding: Scene) -> None:
    actor = demanding.citizen()
    with pytest.raises(DomainError, check=refused):
        demanding.draft(at_level(actor, 1))
    assert demanding.draft(actor).state == BusinessState.DRAFT


def test_a_draft_opened_at_level_two_is_not_filed_at_level_one(demanding: Scene) -> None:
    actor = demanding.citizen()
    dossier = demanding.draft(actor)
    manifest = demanding.with_papers(actor, dossier)
    with pytest.raises(DomainError, check=refused):
        citizen.submit_dossier(
            demanding.work, at_level(actor, 1), demanding.office, dossier.id, notify_phone=PHONE, manifest=manifest
        )
    assert (dossier.state, dossier.code) == (BusinessState.DRAFT, None)
    citizen.submit_dossier(demanding.work, actor, demanding.office, dossier.id, notify_phone=PHONE, manifest=manifest)
    assert dossier.state == BusinessState.SUBMITTED


def test_a_procedure_that_asks_for_level_one_takes_it(scene: Scene) -> None:
    assert scene.draft(at_level(scene.citizen(), 1)).state == BusinessState.DRAFT
