-- Map: an hour's records to partial sums. A tenant whose plan changed within the hour has a row in slices for each
-- change; what was before the first one begins with the hour.
SELECT
  counted.tenant AS tenant,
  coalesce(slices.from_ms, hours.hour_ms) AS from_ms,
  lane,
  class,
  count(*) AS answers,
  CAST(sum(CASE WHEN billable THEN results ELSE 0 END) AS BIGINT) AS billable,
  CAST(sum(bytes_in) AS BIGINT) AS bytes_in,
  CAST(sum(bytes_out) AS BIGINT) AS bytes_out,
  CAST(sum(pixels) AS BIGINT) AS pixels,
  CAST(sum(CASE WHEN billable THEN bytes_in ELSE 0 END) AS BIGINT) AS paid_bytes_in,
  CAST(sum(CASE WHEN billable THEN bytes_out ELSE 0 END) AS BIGINT) AS paid_bytes_out,
  CAST(sum(CASE WHEN billable THEN pixels ELSE 0 END) AS BIGINT) AS paid_pixels
FROM counted
CROSS JOIN hours
LEFT JOIN slices
  ON slices.tenant = counted.tenant AND counted.at_ms >= slices.from_ms AND counted.at_ms < slices.until_ms
GROUP BY 1, 2, 3, 4
