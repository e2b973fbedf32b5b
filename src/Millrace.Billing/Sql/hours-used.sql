-- What each tenant used by hour, lane and class, to be held against the ledger.
SELECT tenant, from_ms - from_ms % 3600000 AS hour_ms, lane, class,
  CAST(sum(answers) AS BIGINT), CAST(sum(billable) AS BIGINT), CAST(sum(bytes_in) AS BIGINT),
  CAST(sum(bytes_out) AS BIGINT), CAST(sum(pixels) AS BIGINT)
FROM sums
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
