-- Reduce: the sums of many hours to what each tenant used in each stretch of a plan, by class. Use without a stretch
-- has none: -1.
SELECT
  sums.tenant AS tenant,
  coalesce(stretches.stretch, -1) AS stretch,
  sums.class AS class,
  CAST(sum(answers) AS BIGINT) AS answers,
  CAST(sum(billable) AS BIGINT) AS billable,
  CAST(sum(paid_pixels) AS BIGINT) AS paid_pixels,
  CAST(sum(paid_bytes_in) AS BIGINT) AS paid_bytes_in,
  CAST(sum(paid_bytes_out) AS BIGINT) AS paid_bytes_out
FROM sums
LEFT JOIN stretches
  ON stretches.tenant = sums.tenant AND sums.from_ms >= stretches.from_ms AND sums.from_ms < stretches.until_ms
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
