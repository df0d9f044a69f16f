"""Keys whose grantor's time runs out by the calendar, in no act of anybody: their owner is told before and after."""

from datetime import date, timedelta
from typing import Final

from auth.models import ApiClient
from auth.organisations import client_store
from auth.organisations.service.succession import end_clients, warn
from kernel.actor import SYSTEM
from kernel.clock import local
from kernel.work import Work

WARNED_BEFORE: Final = timedelta(days=14)
_AT_ONCE: Final = 500


def watch_clients(work: Work) -> int:
    """Ends the keys that nobody answers for any more and warns of those that soon will have nobody. Each is told of
    once, also when the sweep runs in several processes. Returns how many keys it ended or warned of.
    """
    now, today = work.now(), local(work.now()).date()
    lapsed = client_store.lock_lapsed(work.session, now, today, _AT_ONCE)
    end_clients(work, SYSTEM, lapsed)
    work.session.flush()
    warned = 0
    for last, clients in _about_to_lapse(work, today).items():
        warn(work, clients, last)
        warned += len(clients)
    return len(lapsed) + warned


def _about_to_lapse(work: Work, today: date) -> dict[date, list[ApiClient]]:
    """The last day of their grantor -> the keys that outlast it and whose owner was not warned of that day."""
    limit, found = today + WARNED_BEFORE, list[tuple[ApiClient, date]]()
    found += client_store.members_lapsing(work.session, work.now(), today, limit, _AT_ONCE)
    of_agencies = client_store.open_agency_clients(work.session, work.now())
    offices = client_store.offices_answering(work.session, [client.id for client in of_agencies], today)
    for client in of_agencies:
        office = offices.get(client.id)
        if office is not None and office.until is not None and office.until <= limit:
            found.append((client, office.until))
    by_day: dict[date, list[ApiClient]] = {}
    for client, last in found:
        if client.warned_of != last and local(client.expires_at).date() > last:
            by_day.setdefault(last, []).append(client)
    return by_day
