"""The dossiers of `bench.growth --reads`: years of a province, its names, phones, states and days spread as real ones.

The database makes each row from its number, so a million takes a minute or two. What is sealed is one real form and one
real phone over and over; no list and no search opens them.
"""

import json
from typing import Any, Final

from sqlalchemy import Connection, insert, select, text

from auth.models import IDENTITY_FIELD, Person
from bench.growth_laying import drawn, lay, lot, old_id, pools, without_indexes
from journey.household import PROCEDURE, form_values
from kernel.ids import new_id
from motcua.wiring.joins.edge import Container
from procedures.models import ProcedureVersion
from tracking.models import FORM_FIELD, PHONE_FIELD, PHONE_INDEX
from tracking.search.typed import SEARCH_VERSION, search_text

RARE_NAME: Final = "Thử Thật Hiếm"
RARE_PHONE: Final = "+84905000777"
RARE_IDENTITY: Final = "049090000777"
PROVINCE: Final = "H17"
COMMUNE: Final = "H17.20551"
_AGENCIES: Final = (*(COMMUNE,) * 4, "H17.20557", "H17.20579", "H17.20575", "H17.20569", "H17.20587")
_PERSONS, _FINISHED, _OPEN = 8, 9, 10
_PEOPLE: Final = f"""
INSERT INTO person (id, subject_index, full_name, identity_level)
SELECT {old_id(_PERSONS)}, sha256(CAST('person ' || n AS bytea)), {drawn("family", 1)} || ' ' || {drawn("given", 2)}, 2
FROM generate_series(CAST(:begin AS bigint), CAST(:end AS bigint)) n
"""  # noqa: S608 - constants only
# Five hundred a day, the last of them a week ago; handed over, declined and stopped.
_PAST: Final = {
    "id": old_id(_FINISHED),
    "state": f"CASE WHEN {lot(3, 1000)} < 920 THEN 10 WHEN {lot(3, 1000)} < 970 THEN 3 ELSE 8 END",
    "days": "7 + (:last - n) / 500",
    "series": "1 + (:last - n) % 500",
    "hours": f"24 + {lot(4, 120)}",
}
# Filed in the last two weeks, some of them overdue.
_PRESENT: Final = {
    "id": old_id(_OPEN),
    "state": f"(ARRAY[1, 1, 2, 2, 2, 2, 4, 5, 7, 9])[1 + {lot(3, 10)}]",
    "days": f"1 + {lot(5, 14)}",
    "series": "500 + n",
    "hours": f"24 + {lot(4, 480)}",
}
_DOSSIERS: Final = """
INSERT INTO dossier (id, code, applicant_id, applicant_name, search_text, search_version, version_id, agency_code,
  state, origin, version, seen_version, language, fee_vnd, supplements, hand_over, form_values, notify_phone,
  phone_index, handler_name, order_at, submitted_at, acceptance_due_at, accepted_at, due_at, finished_at,
  handed_over_at, created_at, updated_at)
SELECT id, agency || '-' || to_char(at, 'YYMMDD') || '-' || lpad(CAST(series AS text), 4, '0'), person,
  name, ' ' || key || ' ', :version, CAST(:procedure AS uuid), agency,
  state, 2, 6, 12, 'vi', 100000, 0, CASE WHEN state = 10 THEN 'handed_over' ELSE 'not_ready' END, :form, :phone,
  sha256(CAST('phone ' || person AS bytea)), CASE WHEN state <> 1 THEN 'Đặng Văn Thẩm' END, due, at,
  at + interval '8 hours', CASE WHEN state NOT IN (1, 3) THEN at + interval '4 hours' END, due,
  CASE WHEN state IN (9, 10) THEN due END, CASE WHEN state = 10 THEN due + interval '1 day' END, at, due
FROM (
  SELECT d.*, at + interval '1 hour' * hours AS due
  FROM (
    SELECT {id} AS id, {person} AS person, {state} AS state, {hours} AS hours, {series} AS series,
      {name} AS name, {key} AS key, (CAST(:agencies AS text[]))[1 + {agency}] AS agency,
      date_trunc('day', CAST(:now AS timestamptz)) - interval '1 day' * ({days})
        + interval '1 minute' * {minutes} AS at
    FROM generate_series(CAST(:begin AS bigint), CAST(:end AS bigint)) n
  ) d
) d
"""
# The oldest of each kind.
_SOUGHT: Final = text("""
UPDATE dossier SET applicant_name = :name, search_text = :key, phone_index = :phone, applicant_id = :person
WHERE id IN (SELECT id FROM dossier WHERE agency_code = :agency AND state IN (3, 8, 10) ORDER BY id LIMIT 3)
  OR id IN (SELECT id FROM dossier WHERE agency_code = :agency AND state NOT IN (3, 8, 10) ORDER BY id LIMIT 3)
""")


def lay_dossiers(held: Container, finished: int, being_worked_on: int) -> None:
    """So many of each, about five to a person."""
    values = _values(held)
    people = finished // 5 + 1
    with held.database.transaction() as session:
        # A slice takes longer than any statement of the system's own may.
        session.execute(text("SET LOCAL statement_timeout = 0"))
        connection = session.connection()
        with without_indexes(connection, "dossier"):
            lay(connection, _PEOPLE, people, values)
            lay(connection, _dossiers(_PAST, people), finished, values)
            lay(connection, _dossiers(_PRESENT, people), being_worked_on, values)
            _hide_the_sought(held, connection)


def _values(held: Container) -> dict[str, Any]:
    applicant = {"identity_number": RARE_IDENTITY, "full_name": RARE_NAME, "birth_date": "1990-01-01"}
    form, vault, row = form_values("Thử", applicant, RARE_PHONE), held.vault, new_id()
    with held.database.reading() as connection:
        procedure = connection.scalar(select(ProcedureVersion.id).where(ProcedureVersion.code == PROCEDURE).limit(1))
    return {
        **pools(),
        "agencies": list(_AGENCIES),
        "now": held.clock.now(),
        "procedure": procedure,
        "version": SEARCH_VERSION,
        "form": vault.seal(FORM_FIELD, row, json.dumps(form, ensure_ascii=False)),
        "phone": vault.seal(PHONE_FIELD, row, RARE_PHONE),
    }


def _dossiers(kind: dict[str, str], people: int) -> str:
    name, key = (
        " || ' ' || ".join(drawn(pool, salt, form) for pool, salt in (("family", 1), ("middle", 6), ("given", 2)))
        for form in ("", "_key")
    )
    shop = f" || ' ho kinh doanh ' || {drawn('trade', 7, '_key')} || ' ba ' || {drawn('given', 8, '_key')}"
    person = old_id(_PERSONS, f"(1 + {lot(9, people)})")
    places = {"agency": lot(10, len(_AGENCIES)), "minutes": lot(11, 480)}
    return _DOSSIERS.format(**kind, **places, person=person, name=name, key=key + shop)


def _hide_the_sought(held: Container, connection: Connection) -> None:
    """Somebody with a rare name filed a few dossiers of each kind, all of them from one phone."""
    person = new_id()
    number = {"identity_number": held.vault.seal(IDENTITY_FIELD, person, RARE_IDENTITY)}
    index = {"identity_index": held.vault.index(IDENTITY_FIELD, RARE_IDENTITY)}
    connection.execute(insert(Person).values(id=person, full_name=RARE_NAME, identity_level=2, **number, **index))
    sought = {"name": RARE_NAME, "key": search_text([RARE_NAME]), "person": person, "agency": COMMUNE}
    connection.execute(_SOUGHT, {**sought, "phone": held.vault.index(PHONE_INDEX, RARE_PHONE)})
