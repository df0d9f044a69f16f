"""What attempts cost, as a part of the statements that learn that a gateway took a message."""

from collections.abc import Mapping
from typing import Any, Final

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


def price_values(prices: Mapping[str, int]) -> dict[str, Any]:
    """The parameters of `PRICED`: gateway -> đồng for a message, or for one part of a text."""
    return {"price_gateways": [*prices], "price_values": [*prices.values()]}
