package metaservice.benchmarks.load;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import metaservice.benchmarks.Launcher;
import picocli.CommandLine;

/**
 * Measures requests per second, latencies and processor time of the assembled launcher under the {@link Workload}s: at
 * saturation with wrk, next to the ceiling that pgbench reaches with the same statements, and at a fixed rate. Exit code 1 if
 * a request failed or a program is missing, 2 for wrong options.
 */
@CommandLine.Command(
        name = "benchmarks/run load",
        description = "Measures the service next to PostgreSQL alone and, if one is named, to another server.",
        sortOptions = false,
        usageHelpWidth = 120,
        abbreviateSynopsis = true)
public final class LoadBenchmark implements Callable<Integer> {

    /** Runs for heartbeats and tags per second of a round: more than a service answers, so that no run is used twice. */
    private static final int BEATS_PER_SECOND = 30_000;

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
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "rounds, of which the median counts; ${DEFAULT-VALUE}")
    private int rounds;

    @CommandLine.Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "duration of each measurement; ${DEFAULT-VALUE}")
    private int seconds;

    @CommandLine.Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "5",
            description = "seconds of each workload before the first measurement; ${DEFAULT-VALUE}")
    private int warmUp;

    @CommandLine.Option(
            names = "--connections",
            paramLabel = "N",
            split = ",",
            defaultValue = "16,64",
            description = "numbers of connections; ${DEFAULT-VALUE}")
    private List<Integer> connections;

    @CommandLine.Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "workloads, see below; all of them")
    private List<String> only;

    @CommandLine.Option(names = "--no-ceiling", description = "measure no ceiling; pgbench is not needed")
    private boolean withoutCeiling;

    @CommandLine.Option(
            names = "--rate",
            paramLabel = "RATE",
            defaultValue = "50%",
            description = "fixed rate: requests per second, or a percentage of what the peer (without a peer: our"
                    + " service) reached; 0 skips it; ${DEFAULT-VALUE}")
    private String rate;

    @CommandLine.Option(names = "--json", paramLabel = "FILE", description = "file for the results")
    private Path json;

    @CommandLine.Option(
            names = "--peer-command",
            paramLabel = "COMMAND",
            description = "command that starts another server, such as bin/metaservice of an older build; it gets"
                    + " MF_METADATA_DB_* of a database of its own, and MF_METADATA_PORT")
    private String peerCommand;

    @CommandLine.Option(
            names = "--peer",
            paramLabel = "URL",
            description = "address of another server that runs already, or starts within a minute")
    private URI peerAddress;

    @CommandLine.Option(
            names = "--peer-database",
            paramLabel = "URL",
            description =
                    "JDBC URL of the database of --peer, with user and password; it gets rows. Without this option:"
                            + " the same database, whose port --database-port sets")
    private String peerDatabase;

    @CommandLine.Option(
            names = "--database-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "port of the PostgreSQL server that is started; any free port")
    private int databasePort;

    private LoadBenchmark() {}

    /** Runs the benchmark; the first argument is the folder of the distribution. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new LoadBenchmark())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof MissingToolException) {
                        command.getErr().println(failure.getMessage());
                        return 1;
                    }
                    throw failure;
                });
        line.getCommandSpec()
                .usageMessage()
                .footer("Workloads: "
                        + Arrays.stream(Workload.values()).map(Workload::label).collect(Collectors.joining(", ")));
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<Workload> workloads = workloads();
        Tool wrk = Tool.wrk();
        Optional<Tool> pgbench = withoutCeiling ? Optional.empty() : Optional.of(Tool.pgbench());
        Path folder = Files.createTempDirectory("metaservice-load");
        try (Databases databases = Databases.start(databasePort, peerCommand != null);
                Launcher launcher = Launcher.start(distribution, databases.port(), Map.of());
                Peer peer = peer(databases)) {
            int beats = BEATS_PER_SECOND * Math.max(2, seconds);
            Server ours = new Server(
                    launcher.metadata(),
                    TestData.fill(databases.ours(), beats),
                    Optional.of(launcher.process().pid()));
            Optional<Server> other = peer == null
                    ? Optional.empty()
                    : Optional.of(new Server(
                            peer.address(),
                            TestData.fill(peerDatabase(databases), beats),
                            peer.process().map(Process::pid)));
            Rounds measurements = new Rounds(
                    new Wrk(wrk, folder),
                    pgbench.map(tool -> new Pgbench(tool, folder, databases.port())),
                    ours,
                    other,
                    databases.postmaster());
            Report report = measure(workloads, measurements, databases.version(), ours, other);
            if (json != null) {
                report.write(json);
            }
            return report.failures() == 0 ? 0 : 1;
        } finally {
            delete(folder);
        }
    }

    private Report measure(
            List<Workload> workloads, Rounds measurements, String version, Server ours, Optional<Server> peer)
            throws Exception {
        PrintStream out = System.out;
        String startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        double load = Machine.loadAverage();
        String machine = Machine.description() + ", PostgreSQL " + version;
        out.printf(
                Locale.ROOT,
                "%s; %s; load average before: %.1f; medians of %d rounds of %d s%n%n",
                startedAt,
                machine,
                load,
                rounds,
                seconds);
        Table table = new Table(out, peer.isPresent());
        List<Measurement> saturated = saturate(workloads, measurements, table);
        List<FixedRate> fixedRate = rate.equals("0") ? List.of() : atFixedRate(workloads, saturated, ours, peer, table);
        ProcessMemory memory = ProcessMemory.of(ours.process().orElseThrow());
        out.printf(
                Locale.ROOT,
                "%nMemory of our service at the end: %.0f MB resident, at most %.0f MB%n",
                memory.resident(),
                memory.mostResident());
        Report report = new Report(
                startedAt,
                machine,
                load,
                rounds,
                seconds,
                saturated,
                fixedRate,
                memory.resident(),
                memory.mostResident());
        if (report.failures() > 0) {
            out.printf("%nFAILED: %d requests were not answered with success%n", report.failures());
        }
        return report;
    }

    private List<Measurement> saturate(List<Workload> workloads, Rounds measurements, Table table) throws Exception {
        for (Workload workload : workloads) {
            measurements.warmUp(
                    workload, Math.min(connections.get(0), workload.mostConnections()), Duration.ofSeconds(warmUp));
        }
        List<Measurement> lines = new ArrayList<>();
        table.printHeader();
        for (int count : connections) {
            for (Workload workload : workloads) {
                int clients = Math.min(count, workload.mostConnections());
                boolean isMeasured = lines.stream()
                        .anyMatch(line -> line.workload().equals(workload.label()) && line.connections() == clients);
                if (!isMeasured) {
                    Measurement line = measurements.measure(workload, clients, Duration.ofSeconds(seconds), rounds);
                    table.print(line);
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    private List<FixedRate> atFixedRate(
            List<Workload> workloads, List<Measurement> saturated, Server ours, Optional<Server> peer, Table table)
            throws Exception {
        List<FixedRate> lines = new ArrayList<>();
        table.printOpenLoopHeader();
        for (Workload workload : workloads) {
            double reference = saturated.stream()
                    .filter(line -> line.workload().equals(workload.label()))
                    .mapToDouble(Measurement::reference)
                    .max()
                    .orElseThrow();
            double perSecond = rate.endsWith("%")
                    ? reference * Double.parseDouble(rate.substring(0, rate.length() - 1)) / 100
                    : Double.parseDouble(rate);
            OpenLoop.Result ourResult = openLoop(ours, workload, perSecond);
            OpenLoop.Result peerResult = peer.isPresent() ? openLoop(peer.get(), workload, perSecond) : null;
            FixedRate line = new FixedRate(workload.label(), perSecond, ourResult, peerResult);
            table.print(line);
            lines.add(line);
        }
        return lines;
    }

    private OpenLoop.Result openLoop(Server server, Workload workload, double perSecond) throws Exception {
        Rounds.prepare(server.data(), workload);
        return OpenLoop.measure(server, workload, perSecond, Duration.ofSeconds(seconds), System.nanoTime());
    }

    private List<Workload> workloads() {
        Map<String, Workload> byLabel = Arrays.stream(Workload.values())
                .collect(Collectors.toMap(Workload::label, workload -> workload, (a, b) -> a, LinkedHashMap::new));
        if (only == null) {
            return List.copyOf(byLabel.values());
        }
        List<String> unknown =
                only.stream().filter(label -> !byLabel.containsKey(label)).toList();
        if (!unknown.isEmpty()) {
            throw new CommandLine.ParameterException(
                    specification.commandLine(),
                    "--only: unknown " + String.join(", ", unknown) + "; expected " + byLabel.keySet());
        }
        return only.stream().map(byLabel::get).toList();
    }

    private Peer peer(Databases databases) throws IOException, InterruptedException {
        if (peerCommand != null) {
            return Peer.start(peerCommand, databases.port(), Databases.PEER);
        }
        return peerAddress == null ? null : Peer.at(peerAddress);
    }

    private DataSource peerDatabase(Databases databases) {
        if (peerCommand != null) {
            return databases.ofPeer();
        }
        return peerDatabase == null ? databases.ours() : Databases.at(peerDatabase);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
