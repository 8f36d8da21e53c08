package metaservice.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ThroughputTest {

    @Test
    void outputOfWrkIsRead() {
        String output = """
                Running 4s test @ http://127.0.0.1:18080/flows/B/runs/1
                  1 threads and 16 connections
                  Thread Stats   Avg      Stdev     Max   +/- Stdev
                    Latency     1.09ms    2.01ms  30.44ms   93.51%
                    Req/Sec    21.38k     2.40k   25.03k    70.00%
                  Latency Distribution
                     50%  560.00us
                     75%    0.86ms
                     90%    2.13ms
                     99%    1.50s
                  85104 requests in 4.00s, 25.97MB read
                  Socket errors: connect 0, read 1, write 2, timeout 3
                  Non-2xx or 3xx responses: 7
                Requests/sec:  21273.94
                Transfer/sec:      6.49MB
                """;
        assertEquals(new Throughput(85104, 21273.94, 0.56, 1500, 13), Throughput.ofWrk(output));
    }

    @Test
    void outputOfPgbenchIsRead() {
        String output = """
                number of clients: 16
                number of transactions actually processed: 56054
                number of failed transactions: 0 (0.000%)
                latency average = 1.141 ms
                initial connection time = 24.183 ms
                tps = 14013.723590 (without initial connection time)
                """;
        assertEquals(new Throughput(56054, 14013.723590, 1.141, 0, 0), Throughput.ofPgbench(output));
    }

    @Test
    void otherOutputIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Throughput.ofWrk("unable to connect"));
    }

    @Test
    void processorTimeIsReadAfterTheNameOfTheProgram() {
        assertEquals(1234 + 56, ProcessTimes.ticks("17 (a (b) c) S 1 17 17 0 -1 4194560 1 0 0 0 1234 56 7 8 20 0 1"));
    }
}
