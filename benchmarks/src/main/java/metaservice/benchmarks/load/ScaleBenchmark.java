package metaservice.benchmarks.load;

import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import metaservice.benchmarks.Launcher;
import picocli.CommandLine;

/**
 * Measures what a request costs with a small and with a large database: processor time and median latency of every
 * {@link ScaleWorkload}, both databases in turn. Exit code 1 if a request failed or costs too much more with the large
 * database, 2 for wrong options.
 */
@CommandLine.Command(
        name = "benchmarks/run scale",
        description = "Measures what requests cost with a small and with a large database.",
        sortOptions = false,
        usageHelpWidth = 120)
public final class ScaleBenchmark implements Callable<Integer> {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec specification;

    @CommandLine.Parameters(hidden = true)
    private Path distribution;

    @SuppressWarnings("UnusedVariable") // picocli reads it: the option prints the help and ends the run
    @CommandLine.Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this text")
    private boolean help;

    @CommandLine.Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "10000000",
            description = "runs of the large database, and about as many rows of the other tables; ${DEFAULT-VALUE},"
                    + " which needs 22 GB and a quarter of an hour")
    private int rows;

    @CommandLine.Option(
            names = "--small-rows",
            paramLabel = "N",
            defaultValue = "10000",
            description = "runs of the small database; ${DEFAULT-VALUE}")
    private int smallRows;

    @CommandLine.Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "rounds, of which the median counts; ${DEFAULT-VALUE}")
    private int rounds;

    @CommandLine.Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "3000",
            description = "requests of each measurement; ${DEFAULT-VALUE}")
    private int requests;

    @CommandLine.Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "6000",
            description = "requests of each workload before the first measurement; ${DEFAULT-VALUE}")
    private int warmUp;

    @CommandLine.Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "2",
            description = "clients, each of which sends one request after the other; ${DEFAULT-VALUE}")
    private int connections;

    @CommandLine.Option(
            names = "--limit",
            paramLabel = "RATIO",
            defaultValue = "1.2",
            description = "highest ratio of the processor times for exit code 0; ${DEFAULT-VALUE}")
    private double limit;

    @CommandLine.Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "workloads, see below; all of them")
    private List<String> only;

    private ScaleBenchmark() {}

    /** Runs the benchmark; the first argument is the folder of the distribution. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new ScaleBenchmark());
        line.getCommandSpec().usageMessage().footer("Workloads: " + String.join(", ", labels()));
        System.exit(line.execute(args));
    }

    private static List<String> labels() {
        return Arrays.stream(ScaleWorkload.values()).map(ScaleWorkload::label).toList();
    }

    @Override
    public Integer call() throws Exception {
        checkOptions();
        PrintStream out = System.out;
        try (Databases databases = Databases.start(0, false)) {
            DataSource small = fill(databases, "small", smallRows, out);
            DataSource large = fill(databases, "large", rows, out);
            try (Launcher smallService = launch(databases, "small");
                    Launcher largeService = launch(databases, "large")) {
                out.printf(
                        Locale.ROOT,
                        "%n%s; %s, PostgreSQL %s; load average before: %.1f; medians of %d rounds of %d requests%n%n",
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        Machine.description(),
                        databases.version(),
                        Machine.loadAverage(),
                        rounds,
                        requests);
                return measure(
                        new ScaleRounds(connections, databases.postmaster()),
                        side(smallService, small, smallRows),
                        side(largeService, large, rows),
                        out);
            }
        }
    }

    private void checkOptions() {
        for (int number : new int[] {rows, smallRows}) {
            if (number < ScaleSample.FEWEST_RUNS || number % ScaleSample.FEWEST_RUNS != 0) {
                throw new CommandLine.ParameterException(
                        specification.commandLine(),
                        "expected a multiple of " + ScaleSample.FEWEST_RUNS + " rows, found " + number);
            }
        }
        if (only != null && !labels().containsAll(only)) {
            throw new CommandLine.ParameterException(
                    specification.commandLine(), "--only: expected some of " + labels() + ", found " + only);
        }
    }

    private static DataSource fill(Databases databases, String name, int runs, PrintStream out) throws Exception {
        long begin = System.nanoTime();
        DataSource database = databases.create(name);
        try (Connection connection = database.getConnection()) {
            ScaleFiller.fill(connection, runs);
        }
        out.printf(
                Locale.ROOT,
                "The %s database has %,d runs; it was filled in %d s%n",
                name,
                runs,
                Duration.ofNanos(System.nanoTime() - begin).toSeconds());
        return database;
    }

    private Launcher launch(Databases databases, String database) throws Exception {
        return Launcher.start(distribution, databases.port(), Map.of("MF_METADATA_DB_NAME", database));
    }

    private static ScaleRounds.Side side(Launcher launcher, DataSource database, int runs) throws Exception {
        return new ScaleRounds.Side(
                launcher.metadata(), launcher.process().pid(), database, ScaleSample.of(database, runs));
    }

    private int measure(ScaleRounds measurements, ScaleRounds.Side small, ScaleRounds.Side large, PrintStream out)
            throws Exception {
        List<ScaleWorkload> workloads = Arrays.stream(ScaleWorkload.values())
                .filter(workload -> only == null || only.contains(workload.label()))
                .toList();
        for (ScaleWorkload workload : workloads) {
            measurements.measure(small, workload, 0, warmUp);
            measurements.measure(large, workload, 0, warmUp);
        }
        Map<ScaleWorkload, List<ServerResult>> smallResults = new EnumMap<>(ScaleWorkload.class);
        Map<ScaleWorkload, List<ServerResult>> largeResults = new EnumMap<>(ScaleWorkload.class);
        for (int round = 0; round < rounds; round++) {
            // Numbers that continue, so that a heartbeat concerns a run whose last one is old enough.
            long first = warmUp + (long) round * requests;
            for (ScaleWorkload workload : workloads) {
                add(smallResults, workload, measurements.measure(small, workload, first, requests));
                add(largeResults, workload, measurements.measure(large, workload, first, requests));
            }
        }
        List<Line> lines = workloads.stream()
                .map(workload -> new Line(
                        workload.label(),
                        ServerResult.median(smallResults.get(workload)),
                        ServerResult.median(largeResults.get(workload))))
                .toList();
        return print(lines, out);
    }

    private static void add(
            Map<ScaleWorkload, List<ServerResult>> results, ScaleWorkload workload, ServerResult result) {
        results.computeIfAbsent(workload, none -> new ArrayList<>()).add(result);
    }

    private int print(List<Line> lines, PrintStream out) {
        out.println(
                "| workload | small: service + database µs/request | large | ratio | small p50 ms | large p50 ms | ratio"
                        + " | not 2xx |");
        out.println("|---|---|---|---|---|---|---|---|");
        lines.forEach(line -> out.println(line.text()));
        List<String> tooExpensive = lines.stream()
                .filter(line -> line.costRatio() > limit)
                .map(Line::workload)
                .toList();
        if (!tooExpensive.isEmpty()) {
            out.printf(Locale.ROOT, "%nAbove the limit of %.2f: %s%n", limit, String.join(", ", tooExpensive));
        }
        return tooExpensive.isEmpty() && lines.stream().allMatch(line -> line.failures() == 0) ? 0 : 1;
    }

    /** One line of the table. */
    private record Line(String workload, ServerResult small, ServerResult large) {

        double costRatio() {
            return cost(large) / cost(small);
        }

        long failures() {
            return small.failures() + large.failures();
        }

        private static double cost(ServerResult result) {
            return result.serviceMicros() + result.databaseMicros();
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %.0f + %.0f | %.0f + %.0f | %.2f | %.2f | %.2f | %.2f | %d |",
                    workload,
                    small.serviceMicros(),
                    small.databaseMicros(),
                    large.serviceMicros(),
                    large.databaseMicros(),
                    costRatio(),
                    small.p50(),
                    large.p50(),
                    large.p50() / small.p50(),
                    failures());
        }
    }
}
