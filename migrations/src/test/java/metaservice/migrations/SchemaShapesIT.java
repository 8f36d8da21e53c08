package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shapes that we ship are those that the migrations make, and those of the recorded dumps. */
class SchemaShapesIT {

    private static final String HEADER = """
            # What the schema consists of, made by SchemaShapesIT of the migrations beside this file: since which schema version,
            # until which one (- for the newest), kind, table, name, definition. Separated by tabs.
            """;

    private static final Comparator<SchemaShapes.Line> ORDER = Comparator.comparing(SchemaShapes.Line::since)
            .thenComparing(line -> line.object().kind())
            .thenComparing(line -> line.object().table())
            .thenComparing(line -> line.object().name())
            .thenComparing(SchemaShapes.Line::until);

    static Stream<Long> recorded() {
        return BundledFiles.load().migrations().stream()
                .filter(migration -> !migration.onlyOurs())
                .map(migration -> migration.version().number());
    }

    @Test
    void theFileIsWhatTheMigrationsMake() throws IOException, SQLException {
        String made =
                HEADER + lines().stream().sorted(ORDER).map(line -> line + "\n").collect(Collectors.joining());
        Path copy = Path.of("target", SchemaShapes.FILE);
        Files.writeString(copy, made);
        try (InputStream file = SchemaShapes.class.getResourceAsStream(SchemaShapes.FILE)) {
            String shipped = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(made, shipped, "replace the file among the resources with " + copy);
        }
    }

    @ParameterizedTest(name = "schema {0}")
    @MethodSource("recorded")
    void aDatabaseOfTheReferenceHasTheShapeOfItsVersion(long version) throws SQLException {
        SchemaShapes shapes = SchemaShapes.load();
        try (TestDatabase database = Dumps.restored(version);
                Connection connection = database.dataSource().getConnection()) {
            assertEquals(sorted(shapes.at(new SchemaVersion(version))), sorted(shapes.in(connection)));
        }
    }

    /** Without the upgrade around the migrations, because that would repair what a stale file calls wrong. */
    private static List<SchemaShapes.Line> lines() throws SQLException {
        List<SchemaShapes.Line> over = new ArrayList<>();
        List<SchemaShapes.Line> standing = new ArrayList<>();
        try (TestDatabase database = TestDatabases.empty();
                Connection connection = database.dataSource().getConnection()) {
            SchemaVersion before = SchemaVersion.ZERO;
            for (BundledMigration migration : BundledFiles.load().migrations()) {
                Scripts.statements(migration.version().number()).forEach(database::execute);
                List<SchemaObject> now = SchemaShapes.in(connection, tables(database));
                String until = before.toString();
                standing.stream()
                        .filter(line -> !now.contains(line.object()))
                        .map(line -> new SchemaShapes.Line(line.since(), until, line.object()))
                        .forEach(over::add);
                standing.removeIf(line -> !now.contains(line.object()));
                now.stream()
                        .filter(object -> standing.stream()
                                .noneMatch(line -> line.object().equals(object)))
                        .map(object -> new SchemaShapes.Line(migration.version(), SchemaShapes.STILL, object))
                        .toList()
                        .forEach(standing::add);
                before = migration.version();
            }
        }
        over.addAll(standing);
        return over;
    }

    private static Object[] tables(TestDatabase database) {
        return database.query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'").stream()
                .map(row -> row.get(0))
                .toArray();
    }

    private static List<SchemaObject> sorted(List<SchemaObject> objects) {
        return objects.stream()
                .sorted(Comparator.comparing((SchemaObject object) -> object.kind())
                        .thenComparing(SchemaObject::table)
                        .thenComparing(SchemaObject::name))
                .toList();
    }
}
