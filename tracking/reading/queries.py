"""The hot reads as one statement each: a dossier comes with its agency, timeline and files.

Written by hand because the ORM would take four round trips; every value is bound, nothing is put together from input.
"""

from typing import Final

from sqlalchemy import text

from agencies.tree import within

# One JSON document rather than a row: a driver and an ORM pay for every column of every answer anew. Instants come in
# Vietnam's civil time, which has no change of clocks, so that nothing is left to convert.
_LOCAL: Final = "AT TIME ZONE INTERVAL '7 hours'"
# Internal reasons leave the database for officers alone.
_ALL_REASONS: Final = "t.reason"
_TOLD_REASONS: Final = "CASE WHEN t.reason_told THEN t.reason END"
_NO_REASONS: Final = "NULL::bytea"
# Every move of the hand-over axis is caused by a move of the official status, which has told it already.
_TOLD_ONCE: Final = "t.axis <> 'hand_over'"


def _belongings(reasons: str) -> str:
    return f"""
  ARRAY(SELECT row_to_json(entry) FROM (
    SELECT t.id, t.at {_LOCAL} AS at, t.axis, t.event, t.from_state AS "from", t.to_state AS "to", t.step,
      t.actor_kind, t.actor_name, t.details, t.reason_told, encode({reasons}, 'hex') AS reason
    FROM timeline_entry t WHERE t.dossier_id = d.id AND {_TOLD_ONCE} ORDER BY t.seq) entry) AS timeline,
  ARRAY(SELECT row_to_json(file) FROM (
    SELECT f.id, f.kind, f.code, f.added_at {_LOCAL} AS added_at, u.id AS upload_id, u.size, u.media_type,
      encode(u.sha256, 'hex') AS sha256, encode(u.file_name, 'hex') AS file_name
    FROM dossier_file f JOIN upload u ON u.id = f.upload_id
    WHERE f.dossier_id = d.id AND f.removed_at IS NULL ORDER BY f.id) file) AS files"""  # noqa: S608 - constants only


def _dossier(reasons: str) -> str:
    return f"""
SELECT row_to_json(whole) FROM (SELECT
  d.id, d.code, d.state, d.origin, d.step, d.version, d.seen_version, d.applicant_name, d.fee_vnd, d.supplements,
  d.handler_name, d.hand_over, d.hand_over_way, d.version_id, d.agency_code, a.name AS agency_name,
  d.submitted_at {_LOCAL} AS submitted_at, d.acceptance_due_at {_LOCAL} AS acceptance_due_at,
  d.accepted_at {_LOCAL} AS accepted_at, d.due_at {_LOCAL} AS due_at, d.finished_at {_LOCAL} AS finished_at,
  d.handed_over_at {_LOCAL} AS handed_over_at,
  d.supplement_due_at {_LOCAL} AS supplement_due_at, d.created_at {_LOCAL} AS created_at,
  d.updated_at {_LOCAL} AS updated_at,
  encode(d.form_values, 'hex') AS form_values, encode(d.notify_phone, 'hex') AS notify_phone,
  encode(d.lookup_secret, 'hex') AS lookup_secret, encode(d.left_out_values, 'hex') AS left_out_values,
{_belongings(reasons)}
FROM dossier d
JOIN agency a ON a.code = d.agency_code
WHERE d.id = :id
"""  # noqa: S608 - constants only


def _case(reasons: str) -> str:
    return f"""
SELECT row_to_json(whole) FROM (SELECT a.name AS agency_name, {_belongings(reasons)},
  ARRAY(SELECT row_to_json(line) FROM (
    SELECT c.kind, c.at, c.minutes FROM clock_entry c WHERE c.dossier_id = d.id ORDER BY c.seq) line) AS clock
FROM dossier d
JOIN agency a ON a.code = d.agency_code
WHERE d.id = :id) whole
"""  # noqa: S608 - constants only


_LINE: Final = """
SELECT d.id, d.code, d.state, d.applicant_name, d.handler_name, d.step,
  d.acceptance_due_at, d.due_at, d.order_at, d.updated_at,
  d.version_id, d.agency_code, a.name AS agency_name
FROM dossier d
JOIN agency a ON a.code = d.agency_code
"""
OWN = text(_dossier(_TOLD_REASONS) + "AND d.applicant_id = :person) whole")
DESK = text(_dossier(_ALL_REASONS) + f"AND d.state <> 0 AND {within('a')}) whole")
# Timeline, files and clock of a dossier, for the act that has locked it.
OWN_CASE, DESK_CASE = text(_case(_TOLD_REASONS)), text(_case(_ALL_REASONS))
FILED = text(_dossier(_NO_REASONS) + "AND d.state <> 0) whole")
PROCEDURE = text(
    "SELECT code, number, document->'name' AS name, document->'process'->'steps' AS steps,"
    " document->'form' AS form"
    " FROM procedure_version WHERE id = :id"
)
SEEN = text("SELECT seen_version FROM dossier WHERE id = :id AND applicant_id = :person")
OWN_LINES = text(
    _LINE
    + """
WHERE d.applicant_id = :person AND (CAST(:before AS uuid) IS NULL OR d.id < CAST(:before AS uuid))
ORDER BY d.id DESC LIMIT :limit
"""
)
# The first lines of each agency, then the first of all these: what an office has open is never sorted whole.
# A page begins behind (after_at, after_id), or in front of everything.
_INBOX: Final = """
SELECT d.*, a.name AS agency_name
FROM agency a CROSS JOIN LATERAL (
  SELECT d.id, d.code, d.state, d.applicant_name, d.handler_name, d.step,
    d.acceptance_due_at, d.due_at, d.order_at, d.updated_at, d.version_id, d.agency_code
  FROM dossier d
  WHERE d.agency_code = a.code AND {open}
    AND (d.order_at, d.id) > (coalesce(CAST(:after_at AS timestamptz), '-infinity'),
      coalesce(CAST(:after_id AS uuid), '00000000-0000-0000-0000-000000000000'))
  ORDER BY d.order_at, d.id LIMIT :limit) d
WHERE {within}
ORDER BY d.order_at, d.id LIMIT :limit
"""
_OPEN: Final = "d.state IN (1, 2, 4, 5, 6, 7, 9)"
INBOX = text(_INBOX.format(open=_OPEN, within=within("a")))
INBOX_OF_STATE = text(_INBOX.format(open=f"{_OPEN} AND d.state = :state", within=within("a")))
