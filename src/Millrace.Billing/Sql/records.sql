-- What counts, each once. usage_once and usage_again are the raw segments, by the columns of UsageColumns: in
-- usage_again those of recorders some of whose segments overlap, so that one record may stand in two of them. On Trino,
-- Athena or Spark usage_again is the table over all segments, and usage_once is empty.
-- Lane 2 is of durable jobs: whoever told of a job, and however often, it is the same record.
CREATE OR REPLACE VIEW counted AS
SELECT tenant, at_ms, lane, class, bytes_in, bytes_out, pixels, results, billable
FROM usage_once
WHERE lane <> 2
UNION ALL
SELECT min(tenant), min(at_ms), min(lane), min(class), min(bytes_in), min(bytes_out), min(pixels), min(results),
  bool_or(billable)
FROM usage_again
WHERE lane <> 2
GROUP BY recorder, epoch, sequence
UNION ALL
SELECT min(tenant), min(at_ms), 2, min(class), min(bytes_in), min(bytes_out), min(pixels), min(results),
  bool_or(billable)
FROM (
  SELECT id, tenant, at_ms, class, bytes_in, bytes_out, pixels, results, billable FROM usage_once WHERE lane = 2
  UNION ALL
  SELECT id, tenant, at_ms, class, bytes_in, bytes_out, pixels, results, billable FROM usage_again WHERE lane = 2
) AS jobs
GROUP BY id;
