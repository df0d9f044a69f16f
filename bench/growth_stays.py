"""The stays of `bench.growth --reads`: a town of lodgings, its guests of tonight, and all who have left since years.

Tonight's guests are declared by the use cases, so their contents open. Those of before are made by the database, each
from its number, with contents of the same size, of which only those open that a search reads.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select, text

from auth.models import Officer
from bench.growth_laying import COMMON_NAME, POOLS, drawn, lay, lot, old_id, without_indexes
from bench.residence_guests import guests
from bench.residence_town import Hotel, open_hotels
from kernel.actor import Actor, ActorKind
from kernel.clock import local
from kernel.work import Work
from motcua.wiring.joins.edge import Container
from residence.batches.check import check_file
from residence.guests import GuestDeclaration
from residence.models import DECLARATION_FIELD
from residence.reading.name_search import KEYS_VERSION
from residence.service.batches import SentFile, accept_batch, record_batch
from residence.service.guest_keys import name_words
from residence.service.police import MOST_FOUND
from residence.service.reports import report_nil
from residence.sheets.guests import write_guests

RARE_GUEST: Final = "Thử Thật Hiếm"
RARE_DOCUMENT: Final = "049155800005"
_POLICE: Final = ("H17.CA.20551", "H17.CA.20587")
_A_NIGHT: Final = 8
_STAY, _DECLARATION, _TRANSMISSION, _BATCH, _NIL = 11, 12, 13, 14, 15
_IN_A_CALL: Final = 50
_HOTEL: Final = "(CAST(:hotels AS uuid[]))[1 + n % :town]"
# The last of the past left today. Eight of a lodging a day, one in fifty after three weeks.
_LEFT: Final = "(CAST(:night AS date) - CAST((:last - n) / (:town * :a_night) AS int))"
_LENGTH: Final = f"CASE WHEN {lot(3, 50)} = 0 THEN 21 ELSE 1 + {lot(4, 3)} END"
_ERASED_AFTER: Final = 300
_NUMBERS: Final = "generate_series(CAST(:begin AS bigint), CAST(:end AS bigint)) n"
_STAYS: Final = f"""
INSERT INTO stay (id, lodging_id, document_index, name_words, key_version, nationality, kind, night, arrival, departure,
  room, state, declarations, declared_at, due_at, late, erased_at)
SELECT id, lodging, CASE WHEN NOT erased THEN sha256(CAST('guest ' || n / 3 AS bytea)) END,
  CASE WHEN erased THEN '{{}}' ELSE words END, :version, nationality,
  CASE nationality WHEN 'VNM' THEN 'vietnamese' ELSE 'foreign' END,
  arrived, arrived + time '14:00', departed + time '05:00', CASE WHEN erased THEN '' ELSE '101' END,
  CASE WHEN {lot(5, 40)} = 0 THEN 'annulled' ELSE 'left' END, 1, arrived + time '14:30', arrived + time '16:00',
  {lot(6, 20)} = 0, CASE WHEN erased THEN now() END
FROM (
  SELECT n, {old_id(_STAY)} AS id, {_HOTEL} AS lodging, {_LEFT} AS departed, {_LEFT} - {_LENGTH} AS arrived,
    {_LEFT} < CAST(:night AS date) - {_ERASED_AFTER} AS erased,
    ARRAY[{drawn("family", 1, "_word", "int8")}, {drawn("middle", 7, "_word", "int8")},
      {drawn("given", 2, "_word", "int8")}] AS words,
    CASE WHEN {lot(8, 10)} < 3 THEN (ARRAY['FRA', 'KOR', 'RUS', 'CHN', 'USA'])[1 + {lot(9, 5)}] ELSE 'VNM' END
      AS nationality
  FROM {_NUMBERS}
) stay
"""  # noqa: S608 - constants only
_DECLARATIONS: Final = f"""
INSERT INTO declaration (id, stay_id, number, kind, content, declared_at, declared_by)
SELECT {old_id(_DECLARATION)}, {old_id(_STAY)}, 1, 'arrival', :content, {_LEFT} + time '14:30', :person FROM {_NUMBERS}
"""  # noqa: S608 - constants only
_CALLS: Final = f"""
INSERT INTO transmission (id, lodging_id, kind, night, arrived_on, state, due_at, generation, failures,
  asked, rounds, declared, confirmed, settled_at)
SELECT {old_id(_TRANSMISSION)}, {_HOTEL}, 'vietnamese', :night, :night, 'confirmed', NULL, 1, 0, 1, 0,
  {_IN_A_CALL}, {_IN_A_CALL}, now()
FROM {_NUMBERS}
"""  # noqa: S608 - constants only
_ITEMS: Final = f"""
INSERT INTO transmission_item (transmission_id, position, declaration_id, state, calls, settled_at)
SELECT {old_id(_TRANSMISSION, f"(1 + (n - 1) / {_IN_A_CALL})")}, 1 + (n - 1) % {_IN_A_CALL}, {old_id(_DECLARATION)},
  'confirmed', 1, now()
FROM {_NUMBERS}
"""  # noqa: S608 - constants only
# By day and lodging: the file of the evening, or the word that nobody came, for which one of two was reminded.
_DAY: Final = "(CAST(:night AS date) - CAST(1 + (:last - n) / :town AS int))"
_FILES: Final = f"""
INSERT INTO batch (id, lodging_id, sha256, size, file_key, night, state, rows, rejected, warnings, accepted, repeated,
  judged, as_of, created_at, accepted_at, erased_at)
SELECT {old_id(_BATCH)}, {_HOTEL}, sha256(CAST('file ' || n AS bytea)), 9000, 'past/' || n, {_DAY}, 'accepted',
  {_A_NIGHT}, 0, 0, {_A_NIGHT}, 0, {_A_NIGHT}, {_DAY} + time '15:00', {_DAY} + time '15:00', {_DAY} + time '15:00',
  CASE WHEN {_DAY} < CAST(:night AS date) - 30 THEN now() END
FROM {_NUMBERS} WHERE {lot(10, 4)} > 0
"""  # noqa: S608 - constants only
_NILS: Final = f"""
INSERT INTO nil_report (id, lodging_id, night, declared_at, declared_by)
SELECT {old_id(_NIL)}, {_HOTEL}, {_DAY}, {_DAY} + time '15:00', :person FROM {_NUMBERS} WHERE {lot(10, 4)} = 0
"""  # noqa: S608 - constants only
_REMINDERS: Final = f"""
INSERT INTO lodging_reminder (lodging_id, night, step)
SELECT {_HOTEL}, {_DAY}, 'first' FROM {_NUMBERS} WHERE {lot(11, 2)} = 0
"""  # noqa: S608 - constants only
_SPREAD: Final = text("UPDATE lodging SET agency_code = :police, commune_code = right(:police, 5) WHERE id = ANY(:ids)")

_LATEST: Final = text("""
SELECT d.id FROM declaration d JOIN stay s ON s.id = d.stay_id
WHERE s.name_words @> CAST(:words AS int8[]) AND d.content IS NOT NULL AND d.batch_id IS NULL
ORDER BY s.id DESC LIMIT 2 * :most
""")
_CONTENT: Final = text("UPDATE declaration SET content = :content WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Town:
    """Every fifth of its lodgings has filed nothing for `night`, and of these every second has no guests."""

    night: date
    hotels: Sequence[Hotel]
    commune_police: Actor
    province_police: Actor


def lay_town(held: Container, hotels: int, guests_each: int) -> Town:
    """Opens the lodgings and declares tonight's guests; four documents are in two lodgings at once."""
    opened, night = open_hotels(held, hotels), local(held.clock.now()).date()
    with held.database.transaction() as session:
        for number, police in enumerate(_POLICE):
            ids = [hotel.lodging_id for hotel in opened[number :: len(_POLICE)]]
            session.execute(_SPREAD, {"police": police, "ids": ids})
        row = session.execute(select(Officer.id, Officer.person_id).where(Officer.agency_code == _POLICE[0])).one()
    town = Town(night, opened, *(_officer(row.id, row.person_id, agency) for agency in (_POLICE[0], "H17.CA")))
    told = _with_common_name(guests(night))
    rare = replace(next(guests(night, first=800_005)), full_name=RARE_GUEST)
    for number, hotel in enumerate(opened):
        if number % 5:
            own = list(islice(told, guests_each))
            shared = [rare, *islice(guests(night, first=900_004), 3)] if number in (1, 2) else []
            _declare(held, hotel, [*own, *shared])
        elif number % 2:
            with held.database.transaction() as session:
                work = Work(session, held.vault, held.clock)
                report_nil(work, hotel.actor, held.residence, hotel.lodging_id, night)
    return town


def lay_past(held: Container, town: Town, stays: int) -> None:
    """So many stays that have ended, with what was declared, sent, and filed for their nights."""
    days = max(1, stays // (len(town.hotels) * _A_NIGHT)) * len(town.hotels)
    with held.database.transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        connection = session.connection()
        values = _values(held, town, connection)
        with without_indexes(connection, "stay", "declaration", "transmission", "transmission_item", "batch"):
            lay(connection, _STAYS, stays, values)
            lay(connection, _DECLARATIONS, stays, values)
            lay(connection, _CALLS, 1 + stays // _IN_A_CALL, values)
            lay(connection, _ITEMS, stays, values)
            for statement in (_FILES, _NILS, _REMINDERS):
                lay(connection, statement, days, values)
        _seal_latest(held, connection, town)


def _seal_latest(held: Container, connection: Connection, town: Town) -> None:
    """What a search for a common name opens, however few declare tonight."""
    words = name_words(held.vault, COMMON_NAME)
    told = next(guests(town.night)).to_json()
    for row in connection.scalars(_LATEST, {"words": words, "most": MOST_FOUND}).all():
        connection.execute(_CONTENT, {"id": row, "content": held.vault.seal(DECLARATION_FIELD, row, told)})


def _values(held: Container, town: Town, connection: Connection) -> dict[str, Any]:
    content = connection.scalar(text("SELECT content FROM declaration WHERE content IS NOT NULL LIMIT 1"))
    words = {f"{name}_word": [name_words(held.vault, word)[0] for word in pool] for name, pool in POOLS.items()}
    return {
        **words,
        "hotels": [hotel.lodging_id for hotel in town.hotels],
        "town": len(town.hotels),
        "a_night": _A_NIGHT,
        "night": town.night,
        "content": content,
        "version": KEYS_VERSION,
        "person": town.hotels[0].actor.grantor_id,
    }


def _with_common_name(arrivals: Iterator[GuestDeclaration]) -> Iterator[GuestDeclaration]:
    for place, guest in enumerate(arrivals):
        common = place % 3 == 0 and guest.nationality == "VNM"
        yield replace(guest, full_name=f"{COMMON_NAME} Thử") if common else guest


def _officer(officer_id: UUID, person_id: UUID, agency: str) -> Actor:
    roles = frozenset({"resident_police"})
    return Actor(ActorKind.OFFICER, person_id=person_id, officer_id=officer_id, agency_code=agency, roles=roles)


def _declare(held: Container, hotel: Hotel, arrivals: Sequence[GuestDeclaration]) -> None:
    sheet = io.BytesIO()
    write_guests(sheet, arrivals)
    sent, verdict = SentFile("khach.xlsx", sheet.getvalue()), check_file(sheet.getvalue(), held.clock.now())
    with held.database.transaction() as session:
        work = Work(session, held.vault, held.clock)
        batch = record_batch(work, hotel.actor, held.residence, hotel.lodging_id, sent, verdict)
        told = accept_batch(work, hotel.actor, held.residence, hotel.lodging_id, batch.id, verdict)
        if told.accepted != len(arrivals):
            raise AssertionError(f"not what was to be measured: {told.accepted} of {len(arrivals)} were declared")
