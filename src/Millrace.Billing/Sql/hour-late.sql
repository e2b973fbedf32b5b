-- What an hour has more than its seals so far: sums_now of all its segments, sums_before of those seals.
SELECT tenant, from_ms, lane, class,
  CAST(sum(answers) AS BIGINT) AS answers,
  CAST(sum(billable) AS BIGINT) AS billable,
  CAST(sum(bytes_in) AS BIGINT) AS bytes_in,
  CAST(sum(bytes_out) AS BIGINT) AS bytes_out,
  CAST(sum(pixels) AS BIGINT) AS pixels,
  CAST(sum(paid_bytes_in) AS BIGINT) AS paid_bytes_in,
  CAST(sum(paid_bytes_out) AS BIGINT) AS paid_bytes_out,
  CAST(sum(paid_pixels) AS BIGINT) AS paid_pixels
FROM (
  SELECT * FROM sums_now
  UNION ALL
  SELECT tenant, from_ms, lane, class, -answers, -billable, -bytes_in, -bytes_out, -pixels, -paid_bytes_in,
    -paid_bytes_out, -paid_pixels
  FROM sums_before
) AS both_sides
GROUP BY tenant, from_ms, lane, class
HAVING sum(answers) <> 0
