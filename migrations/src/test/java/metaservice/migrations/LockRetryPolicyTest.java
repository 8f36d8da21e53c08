package metaservice.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockRetryPolicyTest {

    @ParameterizedTest(name = "after attempt {0}: {1} ms")
    @CsvSource({"1, 100", "2, 200", "3, 400", "4, 500", "5, 500", "1000, 500"})
    void delaysDoubleUpToALimit(int attempt, long millis) {
        LockRetryPolicy retryPolicy =
                new LockRetryPolicy(Duration.ZERO, 10, Duration.ofMillis(100), Duration.ofMillis(500));
        assertEquals(Duration.ofMillis(millis), retryPolicy.delayAfter(attempt));
    }
}
