package metaservice.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReviewedDivergencesTest {

    @ParameterizedTest(name = "{0} on schema {2}: {3} steps")
    @CsvSource({
        "v1, 1.0.1, 1, 0",
        "v1, 1.0.1, 20200603104139, 0",
        "v1, 1.0.1, 20201002000616, 57",
        "v1, 1.0.1, 29990101000000, 57",
        "v2, 2.5.1, 20200603104139, 55",
        "v2, 2.5.1, 20201002000616, 1",
        "v3, 3.0.0, 20260706000003, 94",
        "v3, 3.0.0, 20261120000000, 95"
    })
    void everyDivergenceConcernsStepsAndNoStepHasTwo(String generation, String version, long schema, int steps) {
        List<AllowedDivergence> divergences = ReviewedDivergences.of(
                        generation, ServiceVersion.parse(version), new SchemaVersion(schema))
                .divergences();
        Set<AllowedDivergence> used = new HashSet<>();
        List<String> concerned = new ArrayList<>();
        for (String file : Recordings.of(generation)) {
            for (Step step : Recordings.read(file).steps()) {
                divergences.stream()
                        .filter(each -> each.scope().covers(file, step))
                        .forEach(each -> {
                            used.add(each);
                            concerned.add(file + ":" + step.line());
                        });
            }
        }
        assertEquals(Set.copyOf(divergences), used, "every divergence is used by a step");
        assertEquals(concerned.size(), Set.copyOf(concerned).size(), "no step has two divergences");
        assertEquals(steps, concerned.size());
    }
}
