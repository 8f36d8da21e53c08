package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import metaservice.migrations.SchemaObject.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaDriftTest {

    private static final SchemaObject TABLE = new SchemaObject(Kind.TABLE, "runs_v3", "runs_v3", "");

    @ParameterizedTest(name = "{0}, found {1}: drift {2}")
    @CsvSource({
        "character varying(255), character varying(255), false",
        "character varying(255), character varying(300), false",
        "character varying(255), character varying, false",
        "character varying(255), text, false",
        "character varying(255), character varying(10), true",
        "character varying(255), text not null, true",
        "character varying(255) not null, text not null, false",
        "character varying(255) not null, text, true",
        "character varying(255), bigint, true",
        "integer not null serial, bigint not null serial, false",
        "integer not null serial, bigint not null, true",
        "bigint, integer, true",
        "jsonb, text, true",
    })
    void widerColumnIsNoDrift(String expected, String found, boolean drift) {
        assertEquals(
                drift,
                !drift(List.of(column(expected)), List.of(column(expected)), column(found))
                        .isEmpty());
    }

    @Test
    void resultOfTheNextMigrationIsNoDrift() {
        List<SchemaObject> expected = List.of(index("gone"), index("stays"));
        List<SchemaObject> next = List.of(index("stays"));
        assertEquals(
                List.of(new SchemaDifference(SchemaObject.Kind.INDEX, "runs_v3", "stays", "CREATE INDEX stays", "")),
                drift(expected, next));
    }

    @Test
    void missingTableIsReportedOnce() {
        List<SchemaObject> expected = List.of(TABLE, index("i"));
        assertEquals(
                List.of(new SchemaDifference(SchemaObject.Kind.TABLE, "runs_v3", "runs_v3", "", "")),
                SchemaDrift.find(expected, expected, List.of()));
    }

    private static List<SchemaDifference> drift(
            List<SchemaObject> expected, List<SchemaObject> next, SchemaObject... found) {
        return SchemaDrift.find(
                expected,
                next,
                Stream.concat(Stream.of(TABLE), Arrays.stream(found)).toList());
    }

    private static SchemaObject column(String definition) {
        return new SchemaObject(Kind.COLUMN, "runs_v3", "c", definition);
    }

    private static SchemaObject index(String name) {
        return new SchemaObject(Kind.INDEX, "runs_v3", name, "CREATE INDEX " + name);
    }
}
