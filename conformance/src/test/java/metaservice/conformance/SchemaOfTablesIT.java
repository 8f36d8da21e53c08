package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.Eventually;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Databases whose tables were not made by this project: in another schema, or with copied rows. */
@Tag("extended")
class SchemaOfTablesIT {

    private static final String MOVE =
            "drop table flyway_schema_history, metaservice_floor, metaservice_upgrades, metaservice_nodes;"
                    + " alter schema public rename to metaflow; create schema public";

    private static final JsonNode RUN = Json.parse("{\"user_name\": \"u\", \"tags\": [], \"system_tags\": []}")
            .orElseThrow();

    private static Map<String, String> settings(TestDatabase database, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put(
                "MF_METADATA_DB_DSN",
                "host=localhost port=" + database.environment().get("MF_METADATA_DB_PORT") + " user=postgres"
                        + " password=postgres dbname=" + database.name() + " options='-c search_path=metaflow'");
        return settings;
    }

    @Test
    void tablesInTheSchemaOfTheSearchPathAreServedAndUpgradedThere() throws Exception {
        try (TestDatabase database = TestDatabases.at(20230118020300L)) {
            database.execute(MOVE);
            try (LauncherProcess launcher =
                    LauncherProcess.start(settings(database, Map.of("DB_TRIGGER_CREATE", "1")))) {
                JsonNode before = launcher.schemaStatus().body();
                assertEquals("20230118020300", before.path("current_version").textValue());
                assertEquals("metaflow", before.path("database_schema").textValue());
                assertEquals(200, launcher.createFlow("Moved").status());

                assertEquals("upgrade success", launcher.upgrade().text());
                Eventually.await(
                        "the newest service serves",
                        () -> launcher.servingVersion().equals(Optional.of(Generation.newestVersion())));
                assertEquals(200, launcher.createFlow("Later").status());
                assertTrue(launcher.schemaStatus().body().path("is_up_to_date").booleanValue());
                launcher.stop();
            }
            assertEquals(
                    List.of(List.of("metaflow", 6L)),
                    database.query("select n.nspname::text, count(*) from pg_trigger t"
                            + " join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace"
                            + " where t.tgname ~ '^notify_ui' group by 1"));
            assertEquals(
                    List.of(List.of(0L, 2L)),
                    database.query("select (select count(*) from pg_tables where schemaname = 'public'),"
                            + " (select count(*) from metaflow.flows_v3)"));
        }
    }

    @Test
    void anotherSchemaThanTheOperatorNamedIsRefusedBeforeAnyWrite() throws Exception {
        try (TestDatabase database = TestDatabases.empty()) {
            database.execute("create schema metaflow");
            ToolRun run = LauncherProcess.runToEnd(settings(database, Map.of("DB_SCHEMA_NAME", "public")));
            assertEquals(1, run.exit(), run::stderr);
            assertTrue(run.stderr().contains("DB_SCHEMA_NAME is 'public'"), run::stderr);
            assertTrue(run.stderr().contains("schema 'metaflow'"), run::stderr);
            assertEquals(
                    List.of(List.of(0L)),
                    database.query("select count(*) from pg_tables where schemaname in ('public', 'metaflow')"));
        }
    }

    @Test
    void userThatMayNotReadOurTablesIsServedAndTheStatusNamesTheGrants() throws Exception {
        try (TestDatabase database = TestDatabases.newest()) {
            String user = database.name() + "_user";
            database.execute("create role " + user + " login; grant usage on schema public to " + user
                    + "; grant select, insert, update on flows_v3, runs_v3, steps_v3, tasks_v3, metadata_v3, artifact_v3 to "
                    + user + "; grant select on goose_db_version to " + user);
            Map<String, String> settings = new HashMap<>(database.environment());
            settings.put("MF_METADATA_DB_USER", user);
            try (LauncherProcess launcher = LauncherProcess.start(settings)) {
                assertEquals(Optional.of(Generation.newestVersion()), launcher.servingVersion());
                assertEquals(200, launcher.createFlow("Limited").status());
                JsonNode status = launcher.schemaStatus().body();
                assertEquals("20260706000003", status.path("current_version").textValue());
                assertEquals(3, status.path("warnings").size(), status::toString);
                assertTrue(
                        status.path("warnings").get(0).textValue().contains("GRANT SELECT ON public."),
                        status::toString);
                Answer refused = launcher.upgrade();
                assertEquals(409, refused.status(), refused::text);
                assertTrue(refused.text().contains("Role " + user + " may not "), refused::text);
                launcher.stop();
            } finally {
                database.execute("drop owned by " + user + "; drop role " + user);
            }
        }
    }

    @Test
    void copiedRowsWithoutTheirSequencesCauseNoConflict() throws Exception {
        for (long version : List.of(1L, 20200603104139L, 20260706000003L)) {
            try (TestDatabase database = TestDatabases.at(version)) {
                database.execute("insert into flows_v3 (flow_id, ts_epoch) values ('F', 1);"
                        + " insert into runs_v3 (flow_id, run_number, ts_epoch) values ('F', 1, 1), ('F', 5, 1);"
                        + " insert into steps_v3 (flow_id, run_number, step_name, ts_epoch) values ('F', 1, 's', 1);"
                        + " insert into tasks_v3 (flow_id, run_number, step_name, task_id, ts_epoch)"
                        + " values ('F', 1, 's', 1, 1), ('F', 1, 's', 9, 1)");
                try (LauncherProcess launcher = LauncherProcess.start(database.environment())) {
                    Answer run = launcher.ask("POST", "/flows/F/run", RUN);
                    assertEquals(200, run.status(), run::text);
                    assertEquals(6, run.body().path("run_number").asInt(), run::text);
                    Answer task = launcher.ask("POST", "/flows/F/runs/1/steps/s/task", RUN);
                    assertEquals(200, task.status(), task::text);
                    assertEquals(10, task.body().path("task_id").asInt(), task::text);
                    Answer conflict = launcher.ask("POST", "/flows/F", RUN);
                    assertEquals(409, conflict.status(), conflict::text);
                    assertEquals(
                            200,
                            launcher.ask("GET", "/flows/F/runs/6", NullNode.getInstance())
                                    .status());
                    launcher.stop();
                }
            }
        }
    }
}
