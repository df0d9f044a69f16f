"""What the tables know of the gateways: how they are doing, whose receipts are overdue, what waits for one of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from kernel.clock import local
from notify.channels.port import Quota
from notify.sending.retry import SCHEDULE
from outbound.jobs.breaker import CircuitState, Health

# A delivery that has used up most of its tries keeps its schedule: a gateway that comes and goes must not wear it out.
_PATIENT_FROM: Final = len(SCHEDULE) - 3
# Looks back over few rows: ids of attempts are in the order of time. A function that is
# volatile cannot bound a range of the index, so each bound is a query of its own.
_SAMPLE: Final = 500
_ENOUGH: Final = 20
_WAKE: Final = text("""
WITH stranded AS MATERIALIZED (
    SELECT id FROM delivery
    WHERE state IN ('queued', 'waiting') AND channel = :channel AND gateway = :gateway AND due_at > now()
        AND (held_until IS NULL OR held_until <= now())
        AND (pinned OR state = 'waiting' AND failures < :patient_from)
    FOR UPDATE SKIP LOCKED),
unasked AS MATERIALIZED (
    SELECT id FROM delivery
    WHERE state = 'unknown' AND gateway = :gateway AND asked > 0 AND due_at > now()
        AND (held_until IS NULL OR held_until <= now())
    FOR UPDATE SKIP LOCKED)
UPDATE delivery d SET due_at = least(d.due_at, now() + random() * CAST(:within AS interval))
FROM (SELECT id FROM stranded UNION ALL SELECT id FROM unasked) AS s WHERE d.id = s.id
""")
# Long enough for a gateway that stumbles to be back; then the dearer channel is better than silence.
_GIVE_WAY_AFTER: Final = timedelta(seconds=20)
_GIVE_WAY_AT_ONCE: Final = 1000
_GIVE_WAY: Final = text("""
WITH stuck AS MATERIALIZED (
    SELECT s.id FROM delivery d
    JOIN delivery s ON s.notification_id = d.notification_id AND s.position > d.position AND s.state = 'standby'
    WHERE d.state IN ('queued', 'waiting') AND d.channel = :channel AND d.due_at <= now() - :after AND s.due_at > now()
    LIMIT :room FOR UPDATE OF s SKIP LOCKED)
UPDATE delivery s SET due_at = now() FROM stuck WHERE s.id = stuck.id
""")
_NOTE: Final = text("""
INSERT INTO gateway_sight (process, gateway, channel, state, error_rate, answer_s, overdue_rate)
SELECT :process, * FROM unnest(
    CAST(:gateways AS text[]), CAST(:channels AS text[]), CAST(:states AS text[]),
    CAST(:error_rates AS float8[]), CAST(:answers AS float8[]), CAST(:overdue_rates AS float8[]))
ON CONFLICT (gateway, process) DO UPDATE SET
    channel = excluded.channel, state = excluded.state, error_rate = excluded.error_rate,
    answer_s = excluded.answer_s, overdue_rate = excluded.overdue_rate, seen_at = now(),
    since = CASE WHEN gateway_sight.state = excluded.state THEN gateway_sight.since ELSE now() END
""")
# Of a process that has ended; its last word was there for the next start.
_FORGET: Final = text("""
DELETE FROM gateway_sight WHERE (gateway, process) IN (
    SELECT gateway, process FROM gateway_sight WHERE process <> :process AND seen_at < now() - interval '1 minute'
    FOR UPDATE SKIP LOCKED)
""")
_SEEN: Final = text("""
SELECT s.* FROM gateway_sight s
JOIN (SELECT gateway, max(seen_at) AS seen_at FROM gateway_sight GROUP BY gateway) AS latest USING (gateway)
WHERE s.seen_at >= latest.seen_at - interval '15 seconds' ORDER BY s.gateway, s.process
""")
# Several processes send, and events of the account tell too: the latest word counts.
_NOTE_QUOTA: Final = text("""
INSERT INTO gateway_quota (gateway, remaining, at) VALUES (:gateway, :remaining, :at)
ON CONFLICT (gateway) DO UPDATE SET remaining = excluded.remaining, at = excluded.at
WHERE gateway_quota.at < excluded.at
""")
_CHANGE_QUOTA: Final = text("""
UPDATE gateway_quota SET at = :at, remaining = CASE
    WHEN at >= :today AND CAST(:more AS int) IS NOT NULL THEN greatest(0, remaining + CAST(:more AS int)) END
WHERE gateway = :gateway AND remaining IS NOT NULL AND at < :at
""")
_NOTE_FORM: Final = text("""
INSERT INTO gateway_form (gateway, form, in_use, status, at) VALUES (:gateway, :form, :in_use, :status, :at)
ON CONFLICT (gateway, form) DO UPDATE SET in_use = excluded.in_use, status = excluded.status, at = excluded.at
WHERE gateway_form.at < excluded.at
""")
_OVERDUE: Final = text("""
SELECT gateway, count(*) FILTER (WHERE open)::float8 / count(*) AS share FROM (
    SELECT a.gateway, d.state = 'accepted' AS open
    FROM attempt a JOIN delivery d ON d.id = a.delivery_id AND d.generation = a.number
    WHERE a.id > (SELECT motcua_new_id(- CAST(:oldest AS interval)))
        AND a.id < (SELECT motcua_new_id(- CAST(:within AS interval)))
        AND a.state = 'accepted'
    ORDER BY a.id DESC LIMIT :sample) AS lately
GROUP BY gateway HAVING count(*) >= :enough
""")


def wake_stranded(session: Session, gateway: str, channel: str, within: timedelta) -> int:
    """Makes what waits for this gateway due within this time, spread over it: it works again. Returns how many.

    What it said to hold until later is left alone.
    """
    values = {"gateway": gateway, "channel": channel, "within": within, "patient_from": _PATIENT_FROM}
    return int(getattr(session.execute(_WAKE, values), "rowcount", 0))


def give_way(session: Session, channel: str) -> int:
    """No gateway of this channel works: standbys go for what has been due on it for a while. Returns how many."""
    values = {"channel": channel, "after": _GIVE_WAY_AFTER, "room": _GIVE_WAY_AT_ONCE}
    return int(getattr(session.execute(_GIVE_WAY, values), "rowcount", 0))


def note_states(session: Session, process: UUID, health: Mapping[str, Health], channels: Mapping[str, str]) -> None:
    """Writes how every gateway is doing in the eyes of one process; `channels` are theirs."""
    order = sorted(health)
    values = {
        "process": process,
        "gateways": order,
        "channels": [channels[gateway] for gateway in order],
        "states": [str(health[gateway].state) for gateway in order],
        "error_rates": [health[gateway].error_rate for gateway in order],
        "answers": [health[gateway].answer_s for gateway in order],
        "overdue_rates": [health[gateway].overdue_share for gateway in order],
    }
    session.execute(_NOTE, values)
    session.execute(_FORGET, {"process": process})


def sights(session: Session) -> Sequence[Row[Any]]:
    """What processes see of each gateway, by gateway: the latest word, and those of about the same time."""
    return session.execute(_SEEN).all()


def gateways_in_use(session: Session, *, besides: UUID | None = None) -> dict[str, bool]:
    """Gateway -> whether it is in use, as every process sees it that lately said so; `besides` this one."""
    in_use: dict[str, bool] = {}
    for row in sights(session):
        if row.process == besides:
            continue
        in_use[row.gateway] = row.state == CircuitState.CLOSED and in_use.get(row.gateway, True)
    return in_use


def note_quota(session: Session, gateway: str, quota: Quota) -> None:
    """What a gateway said is left, unless something later is known."""
    session.execute(_NOTE_QUOTA, {"gateway": gateway, "remaining": quota.remaining, "at": quota.at})


def change_quota(session: Session, gateway: str, more: int | None, at: datetime) -> None:
    """The account may send so many more messages a day than before (fewer, when negative); None when nobody knows how
    many more; then, and when nothing is known of today, nobody knows what is left. `at`: when that was changed; what
    was said later knows of it."""
    today = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    session.execute(_CHANGE_QUOTA, {"gateway": gateway, "more": more, "at": at, "today": today})


def note_form(session: Session, gateway: str, form: str, status: str, at: datetime, *, in_use: bool) -> None:
    """What a gateway said of a template registered with it, unless something later is known."""
    values = {"gateway": gateway, "form": form, "in_use": in_use, "status": status, "at": at}
    session.execute(_NOTE_FORM, values)


def overdue_shares(session: Session, within: timedelta) -> dict[str, float]:
    """Gateway -> the share of its latest accepted messages older than `within` that no final receipt came for.

    Only gateways with enough of them to tell.
    """
    values = {"within": within, "oldest": within * 6, "sample": _SAMPLE, "enough": _ENOUGH}
    return {row.gateway: row.share for row in session.execute(_OVERDUE, values)}
