"""The hot reads as one statement each: a dossier comes with its agency, procedure, timeline and files.

Written by hand because the ORM would take four round trips; every value is bound, nothing is put together from input.
"""

from typing import Final

from sqlalchemy import text

_DOSSIER: Final = """
SELECT d.*, a.name AS agency_name,
  v.code AS procedure_code, v.number AS procedure_version, v.document->'name' AS procedure_name,
  v.document->'process' AS process,
  (SELECT coalesce(json_agg(json_build_object(
       'id', t.id, 'at', t.at, 'axis', t.axis, 'event', t.event, 'from', t.from_state, 'to', t.to_state,
       'step', t.step, 'actor_kind', t.actor_kind, 'actor_name', t.actor_name, 'details', t.details,
       'reason', encode(t.reason, 'hex')) ORDER BY t.seq), '[]'::json)
   FROM timeline_entry t WHERE t.dossier_id = d.id) AS timeline,
  (SELECT coalesce(json_agg(json_build_object(
       'id', f.id, 'kind', f.kind, 'code', f.code, 'added_at', f.added_at, 'upload_id', u.id, 'size', u.size,
       'media_type', u.media_type, 'sha256', encode(u.sha256, 'hex'),
       'file_name', encode(u.file_name, 'hex')) ORDER BY f.id), '[]'::json)
   FROM dossier_file f JOIN upload u ON u.id = f.upload_id
   WHERE f.dossier_id = d.id AND f.removed_at IS NULL) AS files
FROM dossier d
JOIN agency a ON a.code = d.agency_code
JOIN procedure_version v ON v.id = d.version_id
WHERE d.id = :id
"""
_LINE: Final = """
SELECT d.id, d.code, d.state, d.applicant_name, d.handler_name, d.step,
  d.acceptance_due_at, d.due_at, d.order_at, d.updated_at,
  d.agency_code, a.name AS agency_name,
  v.code AS procedure_code, v.number AS procedure_version, v.document->'name' AS procedure_name
FROM dossier d
JOIN agency a ON a.code = d.agency_code
JOIN procedure_version v ON v.id = d.version_id
"""
OWN = text(_DOSSIER + "AND d.applicant_id = :person")
DESK = text(
    _DOSSIER  # noqa: S608 - constants only
    + "AND d.state <> 0 AND a.path LIKE (SELECT path FROM agency WHERE code = :agency) || '%'"
)
FILED = text(_DOSSIER + "AND d.state <> 0")
SEEN = text("SELECT seen_version FROM dossier WHERE id = :id AND applicant_id = :person")
OWN_LINES = text(
    _LINE
    + """
WHERE d.applicant_id = :person AND (CAST(:before AS uuid) IS NULL OR d.id < CAST(:before AS uuid))
ORDER BY d.id DESC LIMIT :limit
"""
)
INBOX = text(
    _LINE  # noqa: S608 - constants only
    + """
WHERE d.state IN (1, 2, 4, 5, 6, 7, 9)
  AND (CAST(:state AS int) IS NULL OR d.state = CAST(:state AS int))
  AND d.agency_code IN (
    SELECT code FROM agency WHERE path LIKE (SELECT path FROM agency WHERE code = :agency) || '%')
  AND (CAST(:search AS text) IS NULL
    OR d.code ILIKE CAST(:search AS text) OR d.applicant_search LIKE CAST(:search AS text))
  AND (CAST(:after_at AS timestamptz) IS NULL
    OR (d.order_at, d.id) > (CAST(:after_at AS timestamptz), CAST(:after_id AS uuid)))
ORDER BY d.order_at, d.id LIMIT :limit
"""
)
