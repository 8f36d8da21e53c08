package metaservice.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WrkResultTest {

    private static final String OUTPUT = """
            Running 2s test @ http://127.0.0.1:8080
              2 threads and 16 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     3.40ms    5.11ms  68.66ms   93.11%%
                Req/Sec     1.51k   520.14     2.33k    65.00%%
              6010 requests in 2.00s, 2.10MB read
            Requests/sec:   3005.00
            Transfer/sec:      1.05MB
            result requests=6010 micros=2000000 p50=4440 p99=68660 connect=%d read=0 write=0 status=%d timeout=0
            """;

    @Test
    void theLineOfTheScriptIsReadInTheUnitsOfTheTable() {
        assertEquals(new WrkResult(6010, 3005, 4.44, 68.66, 0), WrkResult.parse(OUTPUT.formatted(0, 0)));
    }

    @Test
    void everyErrorCountsAsFailure() {
        assertEquals(7, WrkResult.parse(OUTPUT.formatted(3, 4)).failures());
    }

    @Test
    void outputWithoutTheLineIsReportedAsItIs() {
        String output = "unable to connect to 127.0.0.1:1 Connection refused\n";
        String message = assertThrows(IllegalArgumentException.class, () -> WrkResult.parse(output))
                .getMessage();
        assertTrue(message.contains("Connection refused"), message);
    }
}
