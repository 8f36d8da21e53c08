package metaservice.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkloadTest {

    @ParameterizedTest
    @EnumSource
    void everyWorkloadHasItsCeiling(Workload workload) {
        assertNotNull(Workload.class.getResource("ceiling/" + workload.label() + ".sql"));
    }

    @Test
    void unknownMarkersAndOtherBracesStay() {
        Call call = new Call("POST", "/flows/{flow}/{n}", "{\"user_name\": \"{flow}\"}");
        assertEquals(new Call("POST", "/flows/F$1/{n}", "{\"user_name\": \"F$1\"}"), call.with(Map.of("flow", "F$1")));
    }
}
