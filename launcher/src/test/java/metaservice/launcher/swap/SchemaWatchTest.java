package metaservice.launcher.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaWatchTest {

    /** A server that is away is tried about once per second for half a minute, a standby soon only twice per minute. */
    @ParameterizedTest
    @CsvSource({
        "100,   false, 0,     200",
        "800,   false, 1,     1000",
        "1000,  false, 31,    1000",
        "1000,  false, 64,    2000",
        "20000, false, 86400, 30000",
        "1000,  true,  2,     2000",
        "16000, true,  32,    30000",
        "30000, true,  62,    30000",
    })
    void waitGrows(long lastMillis, boolean onStandby, long outageSeconds, long expectedMillis) {
        assertEquals(
                Duration.ofMillis(expectedMillis),
                SchemaWatch.nextWait(
                        Duration.ofMillis(lastMillis),
                        onStandby,
                        Duration.ofSeconds(outageSeconds).toNanos()));
    }
}
