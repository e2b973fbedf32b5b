-- How many records of each epoch an hour has, each counted once.
SELECT recorder, epoch, CAST(count(*) AS BIGINT) AS records
FROM (
  SELECT recorder, epoch FROM usage_once
  UNION ALL
  SELECT recorder, epoch FROM usage_again GROUP BY recorder, epoch, sequence
) AS marks
GROUP BY recorder, epoch
ORDER BY recorder, epoch
