package metaservice.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessStatTest {

    @ParameterizedTest
    @ValueSource(strings = {"java", "postgres: postgres postgres 127.0.0.1(40102) idle", "odd) S 1 (name"})
    void timesAreReadAfterAnyName(String name) {
        String line = "4711 (" + name + ") S 42 4711 4711 0 -1 4194560 70021 12 3 0 250 31 7 5 20 0 44 0 1085 1 2 3";
        assertEquals(new ProcessStat(42, 281, 12), ProcessStat.parse(line));
    }
}
