package metaservice.tools.rehearse;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import metaservice.migrations.SchemaVersion;

/**
 * What a rehearsal found.
 *
 * @param source the database, for messages
 * @param from schema version of the source
 * @param to schema version of the copy at the end
 * @param driftOfSource differences of the source from its version, which the copy does not have
 * @param tables the sample
 * @param migrations the migrations, in order
 * @param upgrade the time of the whole upgrade on the copy
 * @param locks locks that block writers; empty if they could not be read
 * @param swap the service before and after, and the time until it served
 * @param requests the number of requests that were sent before and after
 * @param tooLong of these, the number of answers that were too long to be compared
 * @param differences what differs between the answers, one clause each
 * @param declared changes between generations of the API that were seen
 * @param added members and routes that only the newer service has
 */
record RehearsalReport(
        String source,
        SchemaVersion from,
        SchemaVersion to,
        List<String> driftOfSource,
        List<SampledTable> tables,
        List<MigrationTime> migrations,
        Duration upgrade,
        Optional<List<LockSampler.Seen>> locks,
        Swap swap,
        int requests,
        int tooLong,
        List<String> differences,
        Set<String> declared,
        Set<String> added) {

    private static final int MOST_DIFFERENCES = 20;

    RehearsalReport {
        driftOfSource = List.copyOf(driftOfSource);
        tables = List.copyOf(tables);
        migrations = List.copyOf(migrations);
        differences = List.copyOf(differences);
    }

    /**
     * The change of the service.
     *
     * @param before version that served before the upgrade
     * @param after version that serves after it
     * @param time from the end of the upgrade until it served
     */
    record Swap(String before, String after, Duration time) {}

    /** Whether the answers differ in nothing but what was added. */
    boolean isSame() {
        return differences.isEmpty();
    }

    /** The time of the upgrade on all rows; at least this if the time of a migration is unknown. */
    private Duration estimated() {
        Duration more = migrations.stream()
                .flatMap(time -> time.estimated().map(all -> all.minus(time.measured())).stream())
                .reduce(Duration.ZERO, Duration::plus);
        return upgrade.plus(more);
    }

    private boolean isEstimated() {
        return migrations.stream().allMatch(time -> time.estimated().isPresent());
    }

    /** Lines for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Rehearsed the upgrade of " + source + " from schema " + from + " to " + to + ".");
        driftOfSource.forEach(drift -> lines.add(line("drift", drift + " (in the source, not in the copy)")));
        tables.forEach(
                table -> lines.add(line("rows", table.name() + " " + table.rows() + " of " + table.rowsOfSource())));
        lines.add(line(
                "upgrade",
                seconds(upgrade) + " on the copy, " + (isEstimated() ? "about " : "at least ") + seconds(estimated())
                        + " on all rows"));
        migrations.forEach(time -> lines.add(line(
                "migration",
                time.version() + " " + time.description() + ": " + seconds(time.measured()) + ", "
                        + time.estimated()
                                .map(all -> "about " + seconds(all))
                                .orElse("unknown on all rows, because none of these tables are in the copy"))));
        lockLines(lines);
        lines.add(line(
                "service", swap.before() + " -> " + swap.after() + ", " + seconds(swap.time()) + " after the upgrade"));
        lines.add(line(
                "requests",
                requests + " before and after, "
                        + (isSame() ? "the same answers" : differences.size() + " differences")));
        added.forEach(one -> lines.add(line("added", one)));
        declared.forEach(one -> lines.add(line("declared", one)));
        differences.stream().limit(MOST_DIFFERENCES).forEach(one -> lines.add(line("different", one)));
        if (differences.size() > MOST_DIFFERENCES) {
            lines.add(line("different", "... and " + (differences.size() - MOST_DIFFERENCES) + " more, see --json"));
        }
        return lines;
    }

    private void lockLines(List<String> lines) {
        if (locks.isEmpty()) {
            lines.add(line("locks", "could not be read"));
            return;
        }
        if (locks.get().isEmpty()) {
            lines.add(line("locks", "none of 10 ms or longer blocked writers"));
        }
        for (LockSampler.Seen lock : locks.get()) {
            String waited = lock.waited().isZero() ? "" : ", waited for " + millis(lock.waited());
            lines.add(line("locks", lock.table() + " " + lock.mode() + " held " + millis(lock.held()) + waited));
        }
    }

    private static String line(String name, String text) {
        return String.format("  %-9s  %s", name, text);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.2f s", time.toMillis() / 1000.0);
    }

    private static String millis(Duration time) {
        return time.toMillis() + " ms at most";
    }

    /** The JSON of {@code --json}. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("source", source);
        json.put("from", from.toString());
        json.put("to", to.toString());
        driftOfSource.forEach(json.putArray("drift_of_source")::add);
        ArrayNode rows = json.putArray("tables");
        tables.forEach(table -> rows.addObject()
                .put("name", table.name())
                .put("rows", table.rows())
                .put("rows_of_source", table.rowsOfSource()));
        json.put("seconds", seconds(upgrade.toMillis()));
        json.put("estimated_seconds", seconds(estimated().toMillis()));
        ArrayNode times = json.putArray("migrations");
        migrations.forEach(time -> times.addObject()
                .put("version", time.version())
                .put("description", time.description())
                .put("seconds", seconds(time.measured().toMillis()))
                .put(
                        "estimated_seconds",
                        time.estimated().map(all -> seconds(all.toMillis())).orElse(null)));
        locks.ifPresentOrElse(
                seen -> {
                    ArrayNode array = json.putArray("locks");
                    seen.forEach(lock -> array.addObject()
                            .put("table", lock.table())
                            .put("mode", lock.mode())
                            .put("held_ms", lock.held().toMillis())
                            .put("waited_ms", lock.waited().toMillis()));
                },
                () -> json.putNull("locks"));
        json.putObject("service")
                .put("before", swap.before())
                .put("after", swap.after())
                .put("swap_seconds", seconds(swap.time().toMillis()));
        json.put("requests", requests);
        json.put("not_compared", tooLong);
        differences.forEach(json.putArray("differences")::add);
        declared.forEach(json.putArray("declared")::add);
        added.forEach(json.putArray("added")::add);
        return json;
    }

    private static double seconds(long millis) {
        return millis / 1000.0;
    }
}
