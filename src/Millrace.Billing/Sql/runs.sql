-- Runs of sequences without a gap, of one epoch whose segments are usage_again.
SELECT min(sequence) AS first, max(sequence) AS last
FROM (
  SELECT sequence, sequence - row_number() OVER (ORDER BY sequence) AS run
  FROM (SELECT DISTINCT sequence FROM usage_again) AS once
) AS numbered
GROUP BY run
ORDER BY 1
