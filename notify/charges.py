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
    FROM charged WHERE agency_code IS NOT NULL GROUP BY agency_code, gateway ORDER BY agency_code, gateway
    ON CONFLICT (agency_code, month, gateway) DO UPDATE SET messages = message_spend.messages + excluded.messages,
        parts = message_spend.parts + excluded.parts, cost_vnd = message_spend.cost_vnd + excluded.cost_vnd)"""
"""A common table expression behind one named `charged` (agency_code, gateway, messages, parts, cost). Rows are taken in
the order of the key, so that two drains cannot wait for each other in a circle."""

PRICED: Final = """priced AS (
    SELECT * FROM unnest(CAST(:price_gateways AS text[]), CAST(:price_values AS int[])) AS p(gateway, price))"""

PAID: Final = """tried AS MATERIALIZED (
    SELECT a.id, a.delivery_id, a.number, a.gateway, a.state, a.code, a.cost_vnd
    FROM held JOIN attempt a ON a.delivery_id = held.id FOR UPDATE OF a),
paid AS MATERIALIZED (
    SELECT x.id, sum(b.cost_vnd)::int AS cost
    FROM tried x JOIN tried b ON b.id = x.id OR b.delivery_id = x.delivery_id AND b.gateway = x.gateway
        AND b.gateway = ANY(CAST(:deduping AS text[])) AND NOT EXISTS (
            SELECT 1 FROM tried c WHERE c.delivery_id = x.delivery_id
                AND c.number >= least(x.number, b.number) AND c.number < greatest(x.number, b.number)
                AND (c.state = 'permanent' OR c.state = 'transient' AND c.code IS DISTINCT FROM 'not_started'))
    GROUP BY x.id)"""
"""What was charged already for the message that an attempt handed over, behind `held`, the locked deliveries. Outcome
and receipt of an attempt may be recorded at the same moment: attempts are read under a lock, since a statement that had
to wait for the delivery would else see them as they were before."""
