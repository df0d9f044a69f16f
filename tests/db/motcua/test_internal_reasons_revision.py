"""Reasons of rows that stand already: notes of steps become internal, those of the status stay told."""

from typing import Final

from sqlalchemy import text

from migrations.steps import migrate, step_back
from tests.support.revisions import database_before, number_before
from tests.support.throwaway import Servers

_NAME: Final = "internal_reasons"
_DOSSIERS: Final = ("01936b2e-0000-7000-8000-00000000000a", "01936b2e-0000-7000-8000-00000000000b")
_FILL: Final = """
SET session_replication_role = replica;
INSERT INTO dossier (id, applicant_id, applicant_name, applicant_search, version_id, agency_code, state, version,
    seen_version, form_values, language, fee_vnd, supplements, hand_over)
  SELECT id::uuid, gen_random_uuid(), 'x', 'x', gen_random_uuid(), 'x', 0, 1, 7, '', 'vi', 0, 0, 'not_ready'
  FROM unnest(ARRAY['{0}', '{1}']) id;
INSERT INTO timeline_entry (id, dossier_id, at, axis, event, actor_kind, reason, details)
  SELECT gen_random_uuid(), dossier::uuid, now(), axis, event, 'officer', reason::bytea, '{{}}' FROM (VALUES
    ('{0}', 'process', 'advance', 'note'), ('{0}', 'process', 'send_back', NULL),
    ('{0}', 'business', 'request_supplement', 'told'), ('{0}', 'business', 'accept', NULL),
    ('{1}', 'business', 'stop', 'told'), ('{1}', 'process', 'advance', NULL)) row (dossier, axis, event, reason)
"""


def test_notes_of_steps_become_internal(servers: Servers) -> None:
    with database_before(servers, _NAME) as (url, engine):
        with engine.begin() as connection:
            connection.execute(text(_FILL.format(*_DOSSIERS).replace(":", "\\:")))
        migrate(url)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT axis, event FROM timeline_entry WHERE reason_told"))
            assert {tuple(row) for row in rows} == {("business", "request_supplement"), ("business", "stop")}
            # The phone of the first holds a copy with the note; the second's is right as it is.
            seen = connection.execute(text("SELECT id\\:\\:text, seen_version FROM dossier"))
            assert {row[0]: row[1] for row in seen} == {_DOSSIERS[0]: 8, _DOSSIERS[1]: 7}
        engine.dispose()
        step_back(url, number_before(_NAME))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM timeline_entry WHERE reason IS NOT NULL")) == 3
