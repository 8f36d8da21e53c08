package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The sequences that number runs, tasks and metadata. If rows are copied into a database without the values of its
 * sequences, the next numbers exist already, and clients cannot create objects.
 */
final class Sequences {

    /** Phrase before the lowest value that a sequence may have. */
    static final String AT_LEAST = "at least ";

    /**
     * A column whose highest value an index finds quickly, and the query for that value. Runs are numbered within a flow, so
     * the highest number of each flow is read.
     */
    private record Numbered(String table, String column, String highest) {}

    private static final List<Numbered> NUMBERED = List.of(
            new Numbered("runs_v3", "run_number", """
                    SELECT max(newest.run_number) FROM %1$s.flows_v3 flow CROSS JOIN LATERAL (
                        SELECT run.run_number FROM %1$s.runs_v3 run WHERE run.flow_id = flow.flow_id
                        ORDER BY run.run_number DESC LIMIT 1) newest"""),
            new Numbered("tasks_v3", "task_id", "SELECT max(task_id) FROM %1$s.tasks_v3"),
            new Numbered("metadata_v3", "id", "SELECT max(id) FROM %1$s.metadata_v3"));

    /**
     * The sequence of a column, whether it belongs to the column or is only its default. Not those that the role may not
     * read, and not those of columns that no index begins with, because reading their highest value would take long.
     */
    private static final String SEQUENCES = """
            SELECT t.relname, a.attname, s.relname AS sequence,
                   quote_ident(space.nspname) || '.' || quote_ident(s.relname) AS qualified
            FROM pg_class t
            JOIN pg_attribute a ON a.attrelid = t.oid AND NOT a.attisdropped
            CROSS JOIN LATERAL (
                SELECT p.refobjid AS oid FROM pg_attrdef d
                JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
                WHERE d.adrelid = t.oid AND d.adnum = a.attnum AND p.refclassid = 'pg_class'::regclass
                UNION
                SELECT p.objid FROM pg_depend p
                WHERE p.refclassid = 'pg_class'::regclass AND p.refobjid = t.oid AND p.refobjsubid = a.attnum
                  AND p.classid = 'pg_class'::regclass AND p.deptype = 'i') AS used
            JOIN pg_class s ON s.oid = used.oid AND s.relkind = 'S'
            JOIN pg_namespace space ON space.oid = s.relnamespace
            WHERE t.relnamespace = ?::oid AND (t.relname, a.attname) IN (%s)
              AND CASE s.relkind WHEN 'S' THEN has_sequence_privilege(s.oid, 'SELECT') ELSE false END
              AND has_table_privilege(t.oid, 'SELECT')
              AND EXISTS (SELECT FROM pg_index i
                          WHERE i.indrelid = t.oid AND i.indisvalid
                            AND (i.indkey[0] = a.attnum OR (t.relname = 'runs_v3' AND i.indkey[1] = a.attnum)))
            """;

    private static final String ADVANCE_OWN = """
            SELECT setval(sequence, highest)
            FROM (SELECT pg_get_serial_sequence(?, 'id')::regclass AS sequence, (SELECT max(id) FROM %s) AS highest) AS own
            WHERE highest > coalesce(pg_sequence_last_value(sequence), 0)
            """;

    private Sequences() {}

    /** A column and its sequence. */
    private record Sequence(Numbered column, String name, String qualified) {}

    /** The sequences whose next value may exist already. Changes nothing. */
    static List<SchemaDifference> behind(Connection connection, DatabaseSchema schema) throws SQLException {
        List<SchemaDifference> behind = new ArrayList<>();
        for (Sequence sequence : sequences(connection, schema)) {
            // One statement, and therefore one snapshot of the rows, which is taken before the sequence is read: a row
            // that is created meanwhile does not count, and its number does. The tables come first, because TRUNCATE
            // with RESTART IDENTITY locks them before their sequences.
            String query = "SELECT highest, last_value - CASE WHEN is_called THEN 0 ELSE 1 END AS used"
                    + " FROM (%s) AS rows (highest), %s"
                            .formatted(sequence.column().highest().formatted(schema.quoted()), sequence.qualified());
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                row.next();
                if (row.getLong("used") < row.getLong("highest")) {
                    behind.add(new SchemaDifference(
                            SchemaObject.Kind.SEQUENCE,
                            sequence.column().table(),
                            sequence.name(),
                            AT_LEAST + row.getLong("highest"),
                            Long.toString(row.getLong("used"))));
                }
            }
        }
        return behind;
    }

    /**
     * Statements that set a sequence that is behind to the highest number of the rows. No row may be created between them.
     *
     * @param name as in the difference
     */
    static List<String> advance(Connection connection, DatabaseSchema schema, String name) throws SQLException {
        return sequences(connection, schema).stream()
                .filter(sequence -> sequence.name().equals(name))
                .map(sequence ->
                        "SELECT setval('%s', highest) FROM (%s) AS rows (highest), %s WHERE highest > last_value"
                                .formatted(
                                        sequence.qualified().replace("'", "''"),
                                        sequence.column().highest().formatted(schema.quoted()),
                                        sequence.qualified()))
                .toList();
    }

    /**
     * Sets the sequence of column {@code id} of a table of our own, if it is behind.
     *
     * @param table its name with the schema, as SQL
     */
    static void advanceOwn(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE_OWN.formatted(table))) {
            statement.setString(1, table);
            statement.execute();
        }
    }

    private static List<Sequence> sequences(Connection connection, DatabaseSchema schema) throws SQLException {
        List<Sequence> sequences = new ArrayList<>();
        String columns = String.join(
                ", ",
                NUMBERED.stream()
                        .map(column -> "('" + column.table() + "', '" + column.column() + "')")
                        .toList());
        try (PreparedStatement query = connection.prepareStatement(SEQUENCES.formatted(columns))) {
            query.setLong(1, schema.oid());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    String table = row.getString("relname");
                    Numbered column = NUMBERED.stream()
                            .filter(numbered -> numbered.table().equals(table))
                            .findFirst()
                            .orElseThrow();
                    sequences.add(new Sequence(column, row.getString("sequence"), row.getString("qualified")));
                }
            }
        }
        return sequences;
    }
}
