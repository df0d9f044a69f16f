"""What becomes of a standby when the delivery before it moves, as a part of the statements that move deliveries."""

from typing import Final

SUPERSEDED: Final = "superseded"
NOT_NEEDED: Final = "not_needed"

STANDBYS: Final = """behind AS MATERIALIZED (
    SELECT s.id, t.after, t.yields FROM turned t
    JOIN delivery s ON s.notification_id = t.notification_id AND s.position > t.position AND s.state = 'standby'
    WHERE t.after <> t.before FOR UPDATE OF s SKIP LOCKED),
roused AS (
    UPDATE delivery s SET
        state = CASE WHEN b.after = 'delivered' THEN 'cancelled' ELSE s.state END,
        code = CASE WHEN b.after = 'delivered' THEN 'not_needed' ELSE s.code END,
        settled_at = CASE WHEN b.after = 'delivered' THEN now() END,
        due_at = CASE
            WHEN b.after = 'delivered' THEN NULL
            WHEN b.after IN ('dead', 'undelivered', 'cancelled') OR b.yields THEN now()
            ELSE least(s.due_at, now() + :receipt_within) END
    FROM behind b WHERE s.id = b.id)"""
"""Common table expressions behind one named `turned` (notification_id, position, yields, before, after);
`:receipt_within` is how long a standby waits for a receipt of the one before it. One that `yields` will bring none for
long, because its gateway holds it until tomorrow or our account there is at fault, so the standby goes at once. A
standby that somebody claims at this moment is left alone; so a standby also has a time of its own from the start, and
none is forgotten."""
