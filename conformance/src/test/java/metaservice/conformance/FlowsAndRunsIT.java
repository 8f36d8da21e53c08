package metaservice.conformance;

import java.util.List;
import metaservice.migrations.TestDatabases;
import org.junit.jupiter.api.Nested;

/** The older generations, each on the last schema that it was recorded on. */
class FlowsAndRunsIT {

    @Nested
    class V1OnTheFirstSchema extends RecordedGeneration {
        V1OnTheFirstSchema() {
            super(TestDatabases.at(1), "1.0.1", ReviewedDivergences.V1_AND_V2, filesOf("v1"));
        }
    }

    @Nested
    class V2OnTheLastSchemaBeforePages extends RecordedGeneration {
        V2OnTheLastSchemaBeforePages() {
            super(TestDatabases.at(20230118020300L), "2.5.1", ReviewedDivergences.V1_AND_V2, filesOf("v2"));
        }
    }

    private static List<String> filesOf(String folder) {
        return List.of("flows.jsonl", "flows-bad.jsonl", "runs.jsonl", "admin.jsonl").stream()
                .map(name -> folder + "/" + name)
                .toList();
    }
}
