package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import metaservice.migrations.SchemaState;
import metaservice.migrations.SchemaStatus;
import metaservice.migrations.SchemaVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartupReportTest {

    @Test
    void metadataReportHasExactlyTheseLines() {
        StartupReport report = new StartupReport(
                "20260706000003 (newest)",
                List.of(new StartupReport.Service("metadata", "3.0.0 (why)", "http://127.0.0.1:8080")),
                Optional.of("http://127.0.0.1:8082"));
        assertEquals("""
                Metaservice is ready.
                  schema     20260706000003 (newest)
                  service    3.0.0 (why)
                  metadata   http://127.0.0.1:8080
                  migration  http://127.0.0.1:8082
                  client     export METAFLOW_DEFAULT_METADATA=service METAFLOW_SERVICE_URL=http://127.0.0.1:8080
                """, report.text().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void everyOtherKindHasOneLine() {
        StartupReport report = new StartupReport(
                "1 (why)",
                List.of(new StartupReport.Service("ui", "1.0.0 (why)", "http://127.0.0.1:8083")),
                Optional.empty());
        assertEquals("""
                Metaservice is ready.
                  schema     1 (why)
                  ui         http://127.0.0.1:8083  1.0.0 (why)
                """, report.text().replace(System.lineSeparator(), "\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, http://127.0.0.1:80/p",
        "::, http://127.0.0.1:80/p",
        "::1, http://[::1]:80/p",
        "10.1.2.3, http://10.1.2.3:80/p"
    })
    void urlIsReachableFromThisMachine(String host, String expected) {
        assertEquals(expected, StartupReport.url(host, 80, "/p"));
    }

    @ParameterizedTest(name = "{0}, schema {1}, just filled {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "EMPTY     | 0  | false | empty; PATCH /upgrade fills it",
                "FLYWAY    | 2  | true  | newest; applied just now to an empty database",
                "FLYWAY    | 2  | false | newest",
                "GOOSE     | 1  | false | migrations pending: 1",
                "NO_LEDGER | 0  | false | tables without a ledger; migrations pending: 2",
                "FLYWAY    | 99 | false | not known to this build"
            })
    void schemaReason(SchemaState state, long schema, boolean filled, String expected) {
        List<SchemaVersion> bundled = List.of(new SchemaVersion(1), new SchemaVersion(2));
        List<SchemaVersion> unapplied = bundled.subList(bundled.indexOf(new SchemaVersion(schema)) + 1, bundled.size());
        SchemaStatus status =
                new SchemaStatus(state, new SchemaVersion(schema), bundled, unapplied, false, Optional.empty());
        assertEquals(expected, StartupReport.schemaReason(status, filled));
    }
}
