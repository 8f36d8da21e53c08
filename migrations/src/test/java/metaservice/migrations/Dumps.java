package metaservice.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Databases with the contents that the reference implementation writes, restored from its recorded dumps. */
public final class Dumps {

    private Dumps() {}

    /** The newest schema version of the reference. */
    static final long NEWEST = 20260706000003L;

    /** Related rows in all six tables; one value has the maximum length of its column. */
    private static final String ROWS = """
            INSERT INTO flows_v3 (flow_id, user_name, ts_epoch, tags, system_tags) VALUES ('F', 'u', 1, '["t"]', '[]');
            INSERT INTO runs_v3 (flow_id, user_name, ts_epoch) VALUES ('F', 'u', 2), ('F', NULL, 3);
            INSERT INTO steps_v3 (flow_id, run_number, step_name, ts_epoch) VALUES ('F', 1, 's', 3);
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, ts_epoch) VALUES ('F', 1, 's', 4), ('F', 1, 's', 5);
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, field_name, value, type, ts_epoch)
            VALUES ('F', 1, 's', 1, 'a', 'v', 't', 5), ('F', 1, 's', 1, 'b', repeat('v', 5000), 't', 6);
            INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, attempt_id, ts_epoch)
            VALUES ('F', 1, 's', 1, 'n', repeat('l', 255), 's3', 0, 7), ('F', 1, 's', 1, 'n', 'l', 's3', 1, 8);
            """;

    /**
     * The tables at a schema version, without a ledger. Versions that the reference does not have come from a file of
     * this project.
     */
    public static TestDatabase restored(long version) {
        TestDatabase database = TestDatabases.empty();
        database.execute(dump(Long.toString(Math.min(version, NEWEST))));
        if (version > NEWEST) {
            database.execute(resource("/own/" + version + ".sql"));
        }
        return database;
    }

    /** The tables at a schema version with goose's ledger and with rows in all six tables. */
    static TestDatabase restoredWithGooseAndRows(long version) {
        TestDatabase database = restoredWithGoose(version);
        addRows(database);
        return database;
    }

    /** Adds rows to all six tables, which must be empty. */
    public static void addRows(TestDatabase database) {
        database.execute(ROWS);
    }

    /** The rows of the six tables as text, limited to the columns of schema 1. */
    public static List<List<Object>> rows(TestDatabase database) {
        return database.query("""
                SELECT 'flow', (f.flow_id, user_name, ts_epoch, tags, system_tags)::text FROM flows_v3 f
                UNION ALL SELECT 'run', (flow_id, run_number, user_name, ts_epoch, tags, system_tags)::text FROM runs_v3
                UNION ALL SELECT 'step', (flow_id, run_number, step_name, user_name, ts_epoch)::text FROM steps_v3
                UNION ALL SELECT 'task', (flow_id, run_number, step_name, task_id, user_name, ts_epoch)::text FROM tasks_v3
                UNION ALL SELECT 'metadata', (flow_id, run_number, step_name, task_id, id, field_name, value, type)::text
                    FROM metadata_v3
                UNION ALL SELECT 'artifact', (flow_id, run_number, step_name, task_id, name, location, ds_type, sha, type,
                    content_type, user_name, attempt_id, ts_epoch)::text FROM artifact_v3
                ORDER BY 1, 2
                """);
    }

    /** The rows of goose's ledger in order of insertion: version number and whether applied. */
    public static List<List<Object>> gooseRows(TestDatabase database) {
        return database.query("SELECT version_id, is_applied FROM goose_db_version ORDER BY id");
    }

    /** The tables at a schema version with goose's ledger up to it. */
    static TestDatabase restoredWithGoose(long version) {
        TestDatabase database = restored(version);
        addGooseLedger(database, version);
        return database;
    }

    /** Adds goose's ledger up to a version; 0 adds row 0 only. */
    static void addGooseLedger(TestDatabase database, long version) {
        database.execute(dump("goose_db_version"));
        database.execute("DELETE FROM goose_db_version WHERE version_id > " + version);
    }

    private static String dump(String name) {
        return resource("/contract/schema/" + name + ".sql");
    }

    private static String resource(String name) {
        try (InputStream file = Dumps.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
