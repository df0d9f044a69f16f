"""What every operation of the edge shares: tokens, refusals, transactions, ETags, paging, limits."""
