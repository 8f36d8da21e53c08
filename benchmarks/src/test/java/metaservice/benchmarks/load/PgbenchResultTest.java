package metaservice.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgbenchResultTest {

    private static final String OUTPUT = """
            pgbench (15.18 (Debian 15.18-0+deb12u1), server 18.6)
            transaction type: create-run.sql
            query mode: prepared
            number of clients: 16
            number of threads: 2
            duration: 2 s
            number of transactions actually processed: 18431
            number of failed transactions: 0 (0.000%)
            latency average = 1.735 ms
            initial connection time = 21.300 ms
            tps = 9221.512345 (without initial connection time)
            """;

    @Test
    void theRateIsRead() {
        assertEquals(9221.512345, PgbenchResult.parse(OUTPUT).perSecond());
    }

    @Test
    void olderVersionsPrintTwoRates() {
        String output =
                "tps = 100.5 (including connections establishing)\ntps = 101.5 (excluding connections establishing)\n";
        assertEquals(101.5, PgbenchResult.parse(output).perSecond());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pgbench: error: client 3 script 0 aborted in command 1 query 0: ERROR:  relation \"x\" does not exist\n",
                "pgbench: error: connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n"
            })
    void aFailureIsReportedAsItIs(String error) {
        String message = assertThrows(IllegalArgumentException.class, () -> PgbenchResult.parse(error))
                .getMessage();
        assertTrue(message.contains(error.strip()), message);
    }

    @Test
    void oneAbortedClientMakesTheRateWorthless() {
        String output = "pgbench: error: client 3 script 0 aborted in command 1 query 0: ERROR:  deadlock detected\n";
        assertThrows(IllegalArgumentException.class, () -> PgbenchResult.parse(output + OUTPUT));
    }
}
