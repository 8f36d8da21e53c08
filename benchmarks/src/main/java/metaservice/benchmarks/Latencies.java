package metaservice.benchmarks;

import java.util.Collection;

/**
 * How long statements took, in milliseconds.
 *
 * @param count how many there were
 */
record Latencies(int count, double median, double p99, double worst) {

    static Latencies of(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        if (sorted.length == 0) {
            return new Latencies(0, 0, 0, 0);
        }
        return new Latencies(sorted.length, millis(sorted, 0.5), millis(sorted, 0.99), sorted[sorted.length - 1] / 1e6);
    }

    private static double millis(long[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))] / 1e6;
    }
}
