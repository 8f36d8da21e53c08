package metaservice.tools.rehearse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import metaservice.tools.database.DatabaseAccess;
import metaservice.tools.database.DatabaseProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleCopyIT {

    /** Ten runs with two steps each, three tasks in each, two metadata and two artifacts for each task. */
    private static final String ROWS = """
            INSERT INTO flows_v3 (flow_id, ts_epoch) SELECT 'F' || n, n FROM generate_series(1, 4) n;
            INSERT INTO runs_v3 (flow_id, run_number, ts_epoch)
                SELECT 'F' || (1 + n % 2), n, n FROM generate_series(1, 10) n;
            INSERT INTO steps_v3 (flow_id, run_number, step_name, ts_epoch)
                SELECT flow_id, run_number, s, ts_epoch FROM runs_v3, unnest(ARRAY['a', 'b']) s;
            INSERT INTO tasks_v3 (flow_id, run_number, step_name, task_id, ts_epoch)
                SELECT flow_id, run_number, step_name, 3 * row_number() OVER () + t, ts_epoch
                FROM steps_v3, generate_series(0, 2) t;
            INSERT INTO metadata_v3 (flow_id, run_number, step_name, task_id, id, field_name, value, type, user_name, ts_epoch)
                SELECT flow_id, run_number, step_name, task_id, row_number() OVER (), f, E'tab\\t "quote" \\\\ line\\n', 't', 'u', ts_epoch
                FROM tasks_v3, unnest(ARRAY['x', 'y']) f;
            INSERT INTO artifact_v3 (flow_id, run_number, step_name, task_id, name, location, ds_type, attempt_id, ts_epoch)
                SELECT flow_id, run_number, step_name, task_id, a, 'l', 's3', 0, ts_epoch
                FROM tasks_v3, unnest(ARRAY['x', 'y']) a;
            """;

    /** Rows whose parents are not in the copy; the last two have no foreign key. */
    private static final List<String> ORPHANS = List.of(
            "SELECT FROM metadata_v3 m WHERE NOT EXISTS (SELECT FROM tasks_v3 t WHERE t.task_id = m.task_id)",
            "SELECT FROM artifact_v3 a WHERE NOT EXISTS (SELECT FROM tasks_v3 t WHERE t.task_id = a.task_id)");

    @ParameterizedTest(name = "at most {0} rows")
    @ValueSource(ints = {1, 3, 7, 1000})
    void newestRowsAreCopiedWithTheirParents(int rows) throws DatabaseProblem {
        try (TestDatabase source = TestDatabases.at(20230118020300L);
                TestDatabase copy = TestDatabases.at(20230118020300L)) {
            source.execute(ROWS);
            Map<String, Object> before = checksums(source);

            List<SampledTable> tables = new SampleCopy(access(source), access(copy), "public", rows).run();

            assertEquals(before, checksums(source));
            Map<String, Long> counts =
                    tables.stream().collect(Collectors.toMap(SampledTable::name, SampledTable::rows));
            assertEquals(Math.min(rows, 4), counts.get("flows_v3"));
            assertEquals(Math.min(rows, 10), counts.get("runs_v3"));
            assertEquals(Math.min(rows, 60), counts.get("tasks_v3"));
            assertEquals(Math.min(rows, 120), counts.get("metadata_v3"));
            assertEquals(120, tables.get(4).rowsOfSource());
            assertEquals(
                    10L,
                    copy.query("SELECT max(run_number)::bigint FROM runs_v3")
                            .get(0)
                            .get(0),
                    "the newest run");
            for (String orphans : ORPHANS) {
                assertEquals(List.of(), copy.query(orphans));
            }
            if (rows == 1000) {
                assertEquals(before, checksums(copy));
            }
            assertEquals(List.of(List.of(11L)), copy.query("SELECT nextval('runs_v3_run_number_seq')"));
        }
    }

    @Test
    void columnThatTheVersionDoesNotHaveIsLeftOut() throws DatabaseProblem {
        try (TestDatabase source = TestDatabases.at(1);
                TestDatabase copy = TestDatabases.at(1)) {
            source.execute("ALTER TABLE runs_v3 ADD COLUMN \"A note\" text DEFAULT 'x';" + ROWS);
            new SampleCopy(access(source), access(copy), "public", 5).run();
            assertEquals(List.of(List.of(5L)), copy.query("SELECT count(*) FROM runs_v3"));
        }
    }

    @Test
    void rowsThatDoNotFitTheVersionAreReported() {
        try (TestDatabase source = TestDatabases.at(1);
                TestDatabase copy = TestDatabases.at(1)) {
            source.execute("ALTER TABLE runs_v3 DROP CONSTRAINT runs_v3_flow_id_fkey;"
                    + " INSERT INTO runs_v3 (flow_id, run_number, ts_epoch) VALUES ('nowhere', 1, 1)");
            DatabaseProblem problem = assertThrows(
                    DatabaseProblem.class, () -> new SampleCopy(access(source), access(copy), "public", 5).run());
            assertTrue(problem.getMessage().startsWith("Rows of the source do not fit its schema version"));
        }
    }

    private static DatabaseAccess access(TestDatabase database) {
        return DatabaseAccess.fromEnvironment(database.environment());
    }

    private static Map<String, Object> checksums(TestDatabase database) {
        return new TreeMap<>(SampleQuery.TABLES.stream()
                .collect(Collectors.toMap(
                        Function.identity(),
                        table -> database.query(
                                        "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "
                                                + table + " t")
                                .get(0)
                                .get(0))));
    }
}
