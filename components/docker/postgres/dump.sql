-- Counts the rows and dumps them as they are at one and the same moment, while others go on writing.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\o counted
\i /etc/holdfast-postgres/rows.sql
\o
\! pg_dump --format=custom --snapshot="$SNAPSHOT" --file=dump && touch dumped
COMMIT;
