"""What attempts cost, as a part of the statements that learn that a gateway took a message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Tariff:
    """`prices`: gateway -> đồng for a message, or for one part of a text. `deduping`: the gateways for which attempts
    under one reference are one message."""

    prices: Mapping[str, int] = field(default_factory=dict)
    deduping: frozenset[str] = frozenset()

    def values(self) -> dict[str, Any]:
        """The parameters of `PRICED` and `PAID`."""
        return {
            "price_gateways": [*self.prices],
            "price_values": [*self.prices.values()],
            "deduping": sorted(self.deduping),
        }


FREE: Final = Tariff()

SPENT: Final = """spent AS (
    INSERT INTO message_spend (agency_code, month, gateway, messages, parts, cost_vnd)
    SELECT agency_code, date_trunc('month', now() AT TIME ZONE INTERVAL '+07:00')::date, gateway,
        sum(messages), sum(parts), sum(cost)
    FROM charged WHERE agency_code IS NOT NULL AND cost <> 0 GROUP BY agency_code, gateway ORDER BY agency_code, gateway
    ON CONFLICT (agency_code, month, gateway) DO UPDATE SET messages = message_spend.messages + excluded.messages,
        parts = message_spend.parts + excluded.parts, cost_vnd = message_spend.cost_vnd + excluded.cost_vnd)"""
"""A common table expression behind one named `charged` (agency_code, gateway, messages, parts, cost), where what
costs nothing does not count. Rows are taken in the order of the key, so that two drains cannot wait for each other in a
circle."""

PRICED: Final = """priced AS (
    SELECT * FROM unnest(CAST(:price_gateways AS text[]), CAST(:price_values AS int[])) AS p(gateway, price))"""

PAID: Final = """tried AS MATERIALIZED (
    SELECT a.id, a.delivery_id, a.number, a.gateway, a.state, a.code, a.cost_vnd
    FROM held JOIN attempt a ON a.delivery_id = held.id FOR UPDATE OF a),
referred AS (
    SELECT t.*, gateway = ANY(CAST(:deduping AS text[])) AS deduped,
        count(*) FILTER (WHERE state = 'permanent' OR state = 'transient' AND code IS DISTINCT FROM 'not_started')
            OVER (PARTITION BY delivery_id ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS refs
    FROM tried t),
paid AS MATERIALIZED (
    SELECT id, delivery_id, gateway,
        sum(cost_vnd) OVER (PARTITION BY delivery_id, gateway, refs, CASE WHEN NOT deduped THEN id END)::int AS cost
    FROM referred)"""
"""What was charged already for the message that each attempt handed over (id, delivery_id, gateway, cost), behind
`held`, the locked deliveries. Where a gateway dedupes, that is what was charged for any attempt under the same
reference, and a new reference comes after each attempt that failed (`refs` of them).

Outcome and receipt of an attempt may be recorded at the same moment: attempts are read under a lock, since a statement
that had to wait for the delivery would else see them as they were before."""
