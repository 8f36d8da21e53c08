package metaservice.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import metaservice.migrations.SchemaObject.Kind;

/**
 * The schema objects at each version, read from a file beside this class, and the schema objects of a database. A
 * test generates the file from the migrations and fails if it is out of date. Immutable.
 */
final class SchemaShapes {

    /** Name of the file: one object per line, values separated by tabs, see {@link Line}. */
    static final String FILE = "schema-shapes.tsv";

    /** Value of {@link Line#until} for an object that the newest version has. */
    static final String STILL_PRESENT = "-";

    // Independent of the search path of the session. Of a default only whether it is a sequence. The functions that
    // format
    // definitions see the newest catalog, the rest the one of the statement's start: they return null for what was
    // dropped since.
    private static final String IN_DATABASE = """
            WITH ours AS (
                SELECT oid, relname, relkind FROM pg_class
                WHERE relnamespace = ?::oid AND relkind IN ('r', 'p') AND relname = ANY (?)
            ), objects (kind, tab, name, definition) AS (
                SELECT 'table', relname, relname, CASE relkind WHEN 'p' THEN '%1$s' ELSE '' END FROM ours
                UNION ALL
                SELECT 'column', ours.relname, a.attname,
                       format_type(a.atttypid, a.atttypmod)
                           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                           || CASE WHEN a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%'
                                   THEN ' serial' ELSE '' END
                FROM ours
                JOIN pg_attribute a ON a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                UNION ALL
                SELECT 'constraint', ours.relname, k.conname,
                       pg_get_constraintdef(k.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
                FROM ours
                JOIN pg_constraint k ON k.conrelid = ours.oid AND k.contype IN ('p', 'u', 'f')
                JOIN pg_index i ON i.indexrelid = k.conindid
                UNION ALL
                SELECT 'index', ours.relname, c.relname,
                       pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
                FROM ours
                JOIN pg_index i ON i.indrelid = ours.oid
                JOIN pg_class c ON c.oid = i.indexrelid
                WHERE NOT EXISTS (SELECT FROM pg_constraint k
                                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
            )
            SELECT kind, tab, name,
                   regexp_replace(replace(replace(definition, ' ON ONLY ', ' ON '), ? || '.', ''), '\\s+', ' ', 'g')
            FROM objects
            WHERE definition IS NOT NULL
            """.formatted(SchemaObject.PARTITIONED);

    private final List<Line> lines;

    private SchemaShapes(List<Line> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * One line of the file.
     *
     * @param since first schema version that has the object in this form
     * @param until last schema version that has it, as text; {@link #STILL_PRESENT} if the newest one has it
     */
    record Line(SchemaVersion since, String until, SchemaObject object) {

        static Line parse(String text) {
            String[] parts = text.split("\t", -1);
            SchemaObject object = new SchemaObject(Kind.of(parts[2]), parts[3], parts[4], parts[5]);
            return new Line(SchemaVersion.parse(parts[0]), parts[1], object);
        }

        boolean holdsAt(SchemaVersion version) {
            return since.compareTo(version) <= 0
                    && (until.equals(STILL_PRESENT)
                            || SchemaVersion.parse(until).compareTo(version) >= 0);
        }

        /** The format that {@link #parse} reads. */
        @Override
        public String toString() {
            return String.join(
                    "\t",
                    since.toString(),
                    until,
                    object.kind().word(),
                    object.table(),
                    object.name(),
                    object.definition());
        }
    }

    /** Reads the file of this build. */
    static SchemaShapes load() {
        try (InputStream file = SchemaShapes.class.getResourceAsStream(FILE)) {
            Stream<String> text = new String(file.readAllBytes(), StandardCharsets.UTF_8).lines();
            return new SchemaShapes(
                    text.filter(line -> !line.startsWith("#")).map(Line::parse).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " cannot be read", e);
        }
    }

    /** The objects at a version; empty before the first version. */
    List<SchemaObject> at(SchemaVersion version) {
        return lines.stream()
                .filter(line -> line.holdsAt(version))
                .map(Line::object)
                .toList();
    }

    /** The objects of the known tables in a database, including objects that others added. */
    List<SchemaObject> in(Connection connection, DatabaseSchema schema) throws SQLException {
        return in(connection, schema, tables().toArray());
    }

    /** The tables of all versions. */
    List<String> tables() {
        return lines.stream().map(line -> line.object().table()).distinct().toList();
    }

    /** The objects of the given tables in a database. */
    static List<SchemaObject> in(Connection connection, DatabaseSchema schema, Object... tables) throws SQLException {
        List<SchemaObject> objects = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(IN_DATABASE)) {
            query.setLong(1, schema.oid());
            query.setArray(2, connection.createArrayOf("text", tables));
            query.setString(3, schema.quoted());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    objects.add(new SchemaObject(
                            Kind.of(row.getString(1)), row.getString(2), row.getString(3), row.getString(4)));
                }
            }
        }
        return objects;
    }
}
