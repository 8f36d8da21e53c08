package metaservice.benchmarks.load;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was measured of one server under one workload.
 *
 * @param perSecond requests per second
 * @param p50 median latency in milliseconds, while all connections are busy
 * @param p99 99th percentile of the same
 * @param serviceMicros processor time of the service per request, in microseconds; NaN if its process is not known
 * @param databaseMicros processor time of all processes of PostgreSQL per request, in microseconds
 * @param failures requests that were not answered with 2xx or 3xx
 */
record ServerResult(
        double perSecond, double p50, double p99, double serviceMicros, double databaseMicros, long failures) {

    /** The median of each value over all rounds, but the sum of the failures. */
    static ServerResult median(List<ServerResult> rounds) {
        return new ServerResult(
                median(rounds, ServerResult::perSecond),
                median(rounds, ServerResult::p50),
                median(rounds, ServerResult::p99),
                median(rounds, ServerResult::serviceMicros),
                median(rounds, ServerResult::databaseMicros),
                rounds.stream().mapToLong(ServerResult::failures).sum());
    }

    /** The median of one value; the mean of the two in the middle if the number of rounds is even. */
    static <T> double median(List<T> rounds, ToDoubleFunction<T> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
