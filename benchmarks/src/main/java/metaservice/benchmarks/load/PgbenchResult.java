package metaservice.benchmarks.load;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What pgbench measured.
 *
 * @param perSecond runs of the script per second, without the time to connect
 */
record PgbenchResult(double perSecond) {

    private static final Pattern RATE =
            Pattern.compile("(?m)^tps = ([0-9.]+) \\((?:without initial connection time|excluding connections .*)\\)");
    private static final Pattern ABORTED = Pattern.compile("(?m)^.*client [0-9]+ .*aborted.*$");

    /**
     * Reads the summary.
     *
     * @throws IllegalArgumentException if there is none, or if a client was aborted by an error
     */
    static PgbenchResult parse(String output) {
        Matcher aborted = ABORTED.matcher(output);
        if (aborted.find()) {
            throw new IllegalArgumentException("pgbench failed: " + aborted.group());
        }
        Matcher rate = RATE.matcher(output);
        if (!rate.find()) {
            throw new IllegalArgumentException("pgbench printed no result: " + output.strip());
        }
        return new PgbenchResult(Double.parseDouble(rate.group(1)));
    }
}
