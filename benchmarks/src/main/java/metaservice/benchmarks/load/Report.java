package metaservice.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything that a run measured, as it is written to the JSON file. Members are in the order of the components; values
 * that were not measured are NaN or null.
 *
 * @param startedAt ISO 8601, UTC
 * @param machine processors, memory and versions in words
 * @param loadAverage load average of the last minute, before the run
 * @param residentMegabytes memory of our process at the end
 * @param mostResidentMegabytes the most that it had at any time
 */
record Report(
        String startedAt,
        String machine,
        double loadAverage,
        int rounds,
        int secondsPerRound,
        List<Measurement> saturated,
        List<FixedRate> fixedRate,
        double residentMegabytes,
        double mostResidentMegabytes) {

    void write(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }

    /** Requests of all measurements that were not answered with success. */
    long failures() {
        return saturated.stream().mapToLong(Measurement::failures).sum()
                + fixedRate.stream().mapToLong(FixedRate::failures).sum();
    }
}
