package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A database with the ledger of the reference only is served without changes: reads of schema and data write nothing. */
class ReferencesDatabaseIT {

    /** All relations, with the number of rows that were ever written to each. */
    private static final String EVERYTHING = """
            SELECT c.relname::text, c.relfilenode::bigint, s.n_tup_ins, s.n_tup_upd, s.n_tup_del
            FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1
            """;

    private static final String NUMBERS_GIVEN =
            "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1";

    @ParameterizedTest(name = "schema {0} is served by {1}")
    @CsvSource({"1, 1.0.1", "20220503175500, 2.5.1", "20260706000003, 3.0.0"})
    void isServedWithoutASingleWrite(long schema, String service) throws Exception {
        try (TestDatabase database = TestDatabases.at(schema)) {
            database.execute(
                    "DROP TABLE flyway_schema_history, metaservice_floor, metaservice_upgrades, metaservice_nodes");
            List<List<Object>> before = database.query(EVERYTHING);
            List<List<Object>> numbersBefore = database.query(NUMBERS_GIVEN);
            try (LauncherProcess launcher = LauncherProcess.start(database.environment());
                    HttpConnection metadata = new HttpConnection(launcher.metadata(), Stage.DEFAULT_TIMEOUT);
                    HttpConnection migration = new HttpConnection(launcher.migration(), Stage.DEFAULT_TIMEOUT)) {
                assertEquals(service, launcher.serviceVersion());
                assertEquals(200, get(metadata, "/flows").status());
                JsonNode status = get(migration, "/db_schema_status").body();
                assertEquals(
                        Long.toString(schema), status.get("current_version").textValue());
                assertEquals("[]", Json.write(status.get("drift")));
                launcher.stop();
            }
            assertEquals(before, database.query(EVERYTHING));
            assertEquals(numbersBefore, database.query(NUMBERS_GIVEN));
        }
    }

    private static Answer get(HttpConnection http, String path) throws IOException {
        return http.send(new Request("GET", path, Optional.empty(), NullNode.instance, Map.of()));
    }
}
