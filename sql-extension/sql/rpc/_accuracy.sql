-- How sure one can be of a share of hits, and whether confidence was worth what it said.

-- E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927); z for 95 %.
CREATE FUNCTION tickbook._wilson(hits bigint, trials bigint, OUT low double precision, OUT high double precision)
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT CASE WHEN n > 0 THEN greatest(0, (p + z * z / (2 * n) - spread) / (1 + z * z / n)) END,
         CASE WHEN n > 0 THEN least(1, (p + z * z / (2 * n) + spread) / (1 + z * z / n)) END
    FROM (SELECT x.*, z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) AS spread
            FROM (SELECT hits::double precision / nullif(trials, 0) AS p, nullif(trials, 0)::double precision AS n, 1.959963984540054::double precision AS z) x) y
$$;
COMMENT ON FUNCTION tickbook._wilson(bigint, bigint) IS 'Wilson''s 95 % interval for the share of hits; NULL without trials.';

CREATE FUNCTION tickbook._calibration(confidences double precision[], hits boolean[]) RETURNS jsonb
  LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, tickbook, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('from', (b - 1) / 10::double precision, 'to', b / 10::double precision, 'count', n, 'mean_confidence', mean, 'hit_rate', rate) ORDER BY b), '[]')
    FROM (SELECT least(width_bucket(c::numeric, 0, 1, 10), 10) AS b, count(*) AS n, avg(c) AS mean, avg(h::integer)::double precision AS rate
            FROM unnest(confidences, hits) u (c, h) WHERE c IS NOT NULL AND h IS NOT NULL GROUP BY 1) x
$$;
COMMENT ON FUNCTION tickbook._calibration(double precision[], boolean[]) IS
  'Per tenth of confidence: how many, their mean confidence and their share of hits. Well calibrated is where the two are equal.';
