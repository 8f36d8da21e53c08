package metaservice.tools.rehearse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import metaservice.migrations.SchemaCatalog;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MigrationTimeTest {

    @ParameterizedTest(name = "{0} of {1} rows, index {2}: {3} ms")
    @CsvSource({
        "100, 1000, true, 500",
        "100, 1000, false, 50",
        "100, 100, true, 50",
        "0, 0, true, 50",
        "0, 9, true,",
        "100, 50, true, 50"
    })
    void timeGrowsWithTheRowsOfTheIndexedTable(long sampled, long all, boolean index, Long expected) {
        SchemaCatalog.Entry entry = new SchemaCatalog.Entry(
                new SchemaVersion(5),
                "some",
                new ServiceVersion(1, 0, 1),
                index ? List.of("runs_v3") : List.of(),
                false);
        List<SampledTable> tables =
                List.of(new SampledTable("flows_v3", 1, 1000), new SampledTable("runs_v3", sampled, all));
        assertEquals(
                Optional.ofNullable(expected).map(Duration::ofMillis),
                MigrationTime.of(entry, Duration.ofMillis(50), tables).estimated());
    }
}
