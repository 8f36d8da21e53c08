package metaservice.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The result of one run of a load generator.
 *
 * @param requests answered requests, or transactions
 * @param perSecond requests per second
 * @param p50 median of the response times in milliseconds; 0 if unknown
 * @param p99 99th percentile of them; 0 if unknown
 * @param failed answers that are not 2xx, and broken connections
 */
record Throughput(long requests, double perSecond, double p50, double p99, long failed) {

    private static final Pattern WRK_REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern WRK_RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern WRK_PERCENTILE = Pattern.compile("(50|99)%\\s+([0-9.]+)(us|ms|s|m)");
    private static final Pattern WRK_ERRORS = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
    private static final Pattern WRK_SOCKETS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern PGBENCH_COUNT = Pattern.compile("transactions actually processed: (\\d+)");
    private static final Pattern PGBENCH_RATE = Pattern.compile("tps = ([0-9.]+)");
    private static final Pattern PGBENCH_LATENCY = Pattern.compile("latency average = ([0-9.]+) ms");

    /** Reads the output of {@code wrk --latency}. */
    static Throughput ofWrk(String output) {
        double p50 = 0;
        double p99 = 0;
        Matcher percentile = WRK_PERCENTILE.matcher(output);
        while (percentile.find()) {
            double millis = Double.parseDouble(percentile.group(2)) * millisOf(percentile.group(3));
            if (percentile.group(1).equals("50")) {
                p50 = millis;
            } else {
                p99 = millis;
            }
        }
        long failed = 0;
        Matcher errors = WRK_ERRORS.matcher(output);
        if (errors.find()) {
            failed += Long.parseLong(errors.group(1));
        }
        Matcher sockets = WRK_SOCKETS.matcher(output);
        if (sockets.find()) {
            for (int group = 1; group <= sockets.groupCount(); group++) {
                failed += Long.parseLong(sockets.group(group));
            }
        }
        return new Throughput((long) number(WRK_REQUESTS, output), number(WRK_RATE, output), p50, p99, failed);
    }

    /** Reads the output of {@code pgbench}, which has no percentiles; {@code p50} is the average. */
    static Throughput ofPgbench(String output) {
        return new Throughput(
                (long) number(PGBENCH_COUNT, output),
                number(PGBENCH_RATE, output),
                number(PGBENCH_LATENCY, output),
                0,
                0);
    }

    private static double millisOf(String unit) {
        return switch (unit) {
            case "us" -> 0.001;
            case "ms" -> 1;
            case "s" -> 1000;
            default -> 60_000;
        };
    }

    private static double number(Pattern pattern, String output) {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + pattern + " in: " + output);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
