package metaservice.launcher.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import metaservice.launcher.service.ServiceCatalogTest;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionChoiceTest {

    private static final List<SchemaVersion> BUNDLED =
            List.of(new SchemaVersion(1), new SchemaVersion(20200603104139L), new SchemaVersion(20260706000003L));

    private static SchemaStatus status(SchemaState state, long schema, String floor) {
        SchemaVersion version = new SchemaVersion(schema);
        List<SchemaVersion> unapplied = BUNDLED.subList(BUNDLED.indexOf(version) + 1, BUNDLED.size());
        return new SchemaStatus(
                state,
                version,
                BUNDLED,
                unapplied,
                false,
                Optional.ofNullable(floor).map(ServiceVersion::parse));
    }

    private static String decide(SchemaState state, long schema, String floor) {
        VersionChoice choice = VersionChoice.decide(status(state, schema, floor), ServiceCatalogTest.threeServices());
        if (choice instanceof VersionChoice.Chosen chosen) {
            return chosen.service().version().toString();
        }
        return choice.getClass().getSimpleName();
    }

    @ParameterizedTest(name = "{0}, schema {1}, floor {2}: {3}")
    @CsvSource(
            nullValues = "none",
            value = {
                "EMPTY,                  0,  none, NeedsSchema",
                "NO_LEDGER,              0,  none, 1.0.1",
                "GOOSE,                  0,  none, 1.0.1",
                "GOOSE,                  1,  none, 1.0.1",
                "GOOSE,     20200603104139,  none, 2.5.1",
                "GOOSE,     20260706000003,  none, 3.0.0",
                "FLYWAY,    20260706000003, 2.5.0, 3.0.0",
                "FLYWAY,    20260706000003, 3.0.1, Refused",
                "GOOSE,     20990101000000,  none, 3.0.0", // from a newer build, without a lowest service version
                "FLYWAY,    20990101000000, 3.0.0, 3.0.0", // from a newer build that admits the newest service
                "FLYWAY,    20990101000000, 4.0.0, Refused" // from a newer build that shuts out all services
            })
    void schemaAndFloorDetermineTheChoice(SchemaState state, long schema, String floor, String expected) {
        assertEquals(expected, decide(state, schema, floor));
    }

    @Test
    void reasonNamesTheCandidates() {
        assertEquals(
                "newest of 1.0.1, 2.5.1, 3.0.0 that runs on this schema",
                reason(status(SchemaState.GOOSE, 20200603104139L, null)));
    }

    @Test
    void reasonSaysThatTheSchemaIsNotKnown() {
        assertEquals(
                "newest of 1.0.1, 2.5.1, 3.0.0 that runs on this schema,"
                        + " which this build does not know and which admits 2.5.1 and later",
                reason(status(SchemaState.FLYWAY, 20990101000000L, "2.5.1")));
    }

    @Test
    void refusalSaysWhatWasFoundWhatIsBundledAndWhatToDo() {
        VersionChoice choice = VersionChoice.decide(
                status(SchemaState.FLYWAY, 20990101000000L, "4.0.0"), ServiceCatalogTest.threeServices());
        assertEquals(
                "The database has schema version 20990101000000, which admits services from version 4.0.0 on,"
                        + " and this image holds only 1.0.1, 2.5.1, 3.0.0: run a newer image.",
                ((VersionChoice.Refused) choice).reason());
    }

    private static String reason(SchemaStatus status) {
        return ((VersionChoice.Chosen) VersionChoice.decide(status, ServiceCatalogTest.threeServices())).reason();
    }
}
