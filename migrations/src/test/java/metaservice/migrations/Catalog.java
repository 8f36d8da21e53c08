package metaservice.migrations;

import java.util.List;

/** The schema of a database as comparable lines of text, without the ledgers and this application's own tables. */
public final class Catalog {

    private static final String LINES = """
            WITH ours AS (
                SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relreplident, c.reloptions
                FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace
                  AND c.relname !~ '^(flyway_schema_history|metaservice_floor|metaservice_upgrades|metaservice_nodes|goose_db_version)'
            ), lines (line) AS (
                SELECT format('relation %s: kind %s, persistence %s, identity %s, options %s',
                              relname, relkind, relpersistence, relreplident, reloptions)
                FROM ours
                UNION ALL
                SELECT format('column %s.%s %s: %s, not null %s, default %s, identity %s, collation %s',
                              ours.relname, lpad(a.attnum::text, 3), a.attname, format_type(a.atttypid, a.atttypmod),
                              a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attcollation)
                FROM ours
                JOIN pg_attribute a ON a.attrelid = ours.oid AND a.attnum > 0
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE ours.relkind = 'r'
                UNION ALL
                SELECT format('sequence %s: %s, start %s, by %s, from %s to %s, cache %s, cycle %s, owned by %s.%s',
                              ours.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
                              s.seqcache, s.seqcycle, owner.refobjid::regclass, owner.refobjsubid)
                FROM ours
                JOIN pg_sequence s ON s.seqrelid = ours.oid
                LEFT JOIN pg_depend owner
                  ON owner.objid = ours.oid AND owner.classid = 'pg_class'::regclass
                 AND owner.refclassid = 'pg_class'::regclass AND owner.deptype = 'a'
                UNION ALL
                SELECT format('constraint %s.%s: %s, validated %s, index %s',
                              ours.relname, k.conname, pg_get_constraintdef(k.oid), k.convalidated, k.conindid::regclass)
                FROM ours JOIN pg_constraint k ON k.conrelid = ours.oid
                UNION ALL
                SELECT format('index %s: %s, valid %s, ready %s, live %s, clustered %s',
                              ours.relname, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indislive,
                              i.indisclustered)
                FROM ours JOIN pg_index i ON i.indrelid = ours.oid
                UNION ALL
                SELECT format('trigger %s.%s', ours.relname, t.tgname)
                FROM ours JOIN pg_trigger t ON t.tgrelid = ours.oid AND NOT t.tgisinternal
                UNION ALL
                SELECT format('function %s', p.oid::regprocedure)
                FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            )
            SELECT line FROM lines ORDER BY line COLLATE "C"
            """;

    private Catalog() {}

    /**
     * All relations, columns, sequences, constraints, indexes, triggers and functions in schema public, in a fixed
     * order.
     */
    public static List<String> of(TestDatabase database) {
        return database.query(LINES).stream().map(row -> (String) row.get(0)).toList();
    }
}
