package metaservice.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProcessMemoryTest {

    @Test
    void kibibytesBecomeMegabytes() {
        String status = "Name:\tjava\nVmPeak:\t 9000000 kB\nVmHWM:\t  500000 kB\nVmRSS:\t  250000 kB\nThreads:\t44\n";
        assertEquals(new ProcessMemory(256, 512), ProcessMemory.parse(status));
    }
}
