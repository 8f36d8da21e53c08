package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import java.util.stream.IntStream;
import metaservice.migrations.TestDatabase;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Lists around the length from which on they are read through a cursor (500 rows), in an order in which the next list is
 * shorter and longer than the last one.
 */
@Tag("extended")
class ListLengthsIT {

    private static final List<Integer> LENGTHS = List.of(500, 501, 500, 0, 1001, 1000, 499, 502, 3, 1500);

    @Test
    void listsOfEveryLengthAreComplete() throws Exception {
        try (TestDatabase database = TestDatabases.newest();
                LauncherProcess launcher = LauncherProcess.start(database.environment())) {
            for (int length : LENGTHS.stream().distinct().toList()) {
                assertEquals(200, launcher.createFlow("F" + length).status());
                database.execute("INSERT INTO runs_v3 (flow_id, user_name, ts_epoch, tags, system_tags)" + " SELECT 'F"
                        + length + "', 'u', n, '[]', '[]' FROM generate_series(1, " + length + ") n");
            }
            for (int length : LENGTHS) {
                Answer answer = launcher.ask("GET", "/flows/F" + length + "/runs", NullNode.getInstance());
                assertEquals(200, answer.status(), answer::text);
                List<Long> newestFirst = IntStream.rangeClosed(1, length)
                        .mapToObj(n -> (long) length + 1 - n)
                        .toList();
                List<Long> found = answer.body().findValues("ts_epoch").stream()
                        .map(value -> value.asLong())
                        .toList();
                assertEquals(newestFirst, found, () -> "list of " + length);
            }
            launcher.stop();
            assertEquals(List.of(), launcher.errors());
        }
    }
}
