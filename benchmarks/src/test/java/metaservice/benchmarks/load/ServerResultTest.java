package metaservice.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerResultTest {

    @ParameterizedTest
    @CsvSource({"3 1 2, 2", "4 1 2 100, 3", "5, 5"})
    void theMedianIsInTheMiddle(String values, double expected) {
        List<Double> rounds =
                Stream.of(values.split(" ", -1)).map(Double::valueOf).toList();
        assertEquals(expected, ServerResult.median(rounds, Double::doubleValue));
    }
}
