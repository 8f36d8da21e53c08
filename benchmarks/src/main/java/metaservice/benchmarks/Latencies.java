package metaservice.benchmarks;

import java.util.Collection;

/**
 * Latencies of statements or requests, in milliseconds; all are 0 if there were none.
 *
 * @param count number of statements or requests
 */
public record Latencies(int count, double median, double p99, double p999, double worst) {

    /** The latencies of these durations, in nanoseconds and in any order. */
    public static Latencies of(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        if (sorted.length == 0) {
            return new Latencies(0, 0, 0, 0, 0);
        }
        return new Latencies(
                sorted.length,
                millis(sorted, 0.5),
                millis(sorted, 0.99),
                millis(sorted, 0.999),
                sorted[sorted.length - 1] / 1e6);
    }

    private static double millis(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * quantile))] / 1e6;
    }
}
