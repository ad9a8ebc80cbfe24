-- How many rows each table has, as JSON, in the order of their names.
SELECT coalesce(json_object_agg(name, rows ORDER BY name), '{}') FROM (
	SELECT
		CASE schemaname WHEN 'public' THEN tablename ELSE schemaname || '.' || tablename END AS name,
		(xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename),
			false, true, '')))[1]::text::bigint AS rows
	FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
) AS counted;
