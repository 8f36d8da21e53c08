package metaservice.benchmarks.load;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What wrk measured.
 *
 * @param requests answered requests
 * @param perSecond answered requests per second
 * @param p50 median latency in milliseconds
 * @param p99 99th percentile of the latency in milliseconds
 * @param failures answers with another status than 2xx or 3xx, and errors of connections
 */
record WrkResult(long requests, double perSecond, double p50, double p99, long failures) {

    private static final Pattern LINE =
            Pattern.compile("(?m)^result requests=(\\d+) micros=(\\d+) p50=(\\d+) p99=(\\d+) connect=(\\d+) read=(\\d+)"
                    + " write=(\\d+) status=(\\d+) timeout=(\\d+)$");

    /**
     * Reads the line that the function {@code done} of workload.lua prints.
     *
     * @throws IllegalArgumentException if the output does not contain the line
     */
    static WrkResult parse(String output) {
        Matcher line = LINE.matcher(output);
        if (!line.find()) {
            throw new IllegalArgumentException("wrk printed no result: " + output.strip());
        }
        long requests = number(line, 1);
        return new WrkResult(
                requests,
                requests * 1e6 / Math.max(1, number(line, 2)),
                number(line, 3) / 1e3,
                number(line, 4) / 1e3,
                number(line, 5) + number(line, 6) + number(line, 7) + number(line, 8) + number(line, 9));
    }

    private static long number(Matcher line, int group) {
        return Long.parseLong(line.group(group));
    }
}
