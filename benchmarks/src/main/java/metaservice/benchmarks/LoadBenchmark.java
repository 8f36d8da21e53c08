package metaservice.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measures the throughput of each kind of request with {@code wrk}, beside a ceiling: {@code pgbench} with the same SQL and as
 * many connections, in the same run. Load generator, service and database share the processors of the machine, so the ratio
 * counts and not the number.
 */
public final class LoadBenchmark {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int LONG_LIST = 1000;

    private final LoadGenerator generator;
    private final RunningLauncher launcher;
    private final int databasePort;
    private final ProcessHandle database;
    private final Options options;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private LoadBenchmark(
            LoadGenerator generator,
            RunningLauncher launcher,
            int databasePort,
            ProcessHandle database,
            Options options) {
        this.generator = generator;
        this.launcher = launcher;
        this.databasePort = databasePort;
        this.database = database;
        this.options = options;
    }

    /**
     * What is measured.
     *
     * @param values the options of the command line, without hyphens
     */
    private record Options(Map<String, String> values) {

        private static final Set<String> NAMES = Set.of("rounds", "seconds", "connections", "only", "peer", "json");

        static Options parse(List<String> arguments) {
            Map<String, String> values = new HashMap<>();
            for (String argument : arguments) {
                int equals = argument.indexOf('=');
                String name = argument.substring(0, Math.max(0, equals)).replaceFirst("^--", "");
                if (!NAMES.contains(name)) {
                    throw new IllegalArgumentException(argument + ": expected --rounds=N, --seconds=N,"
                            + " --connections=16,64, --only=NAME,..., --peer=URL or --json=FILE");
                }
                values.put(name, argument.substring(equals + 1));
            }
            return new Options(values);
        }

        /** Measurements of each request and of its ceiling, in turn. */
        int rounds() {
            return Integer.parseInt(values.getOrDefault("rounds", "3"));
        }

        /** Duration of each measurement. */
        int seconds() {
            return Integer.parseInt(values.getOrDefault("seconds", "5"));
        }

        List<Integer> connections() {
            return list("connections", "16,64").stream().map(Integer::valueOf).toList();
        }

        boolean includes(Operation operation) {
            return !values.containsKey("only") || list("only", "").contains(operation.name());
        }

        /** Another server with the same API, on a database of its own. */
        Optional<URI> peer() {
            return Optional.ofNullable(values.get("peer")).map(URI::create);
        }

        /** File for the results. */
        Optional<Path> json() {
            return Optional.ofNullable(values.get("json")).map(Path::of);
        }

        private List<String> list(String name, String otherwise) {
            return List.of(values.getOrDefault(name, otherwise).split(",", -1));
        }
    }

    /**
     * One row of the table.
     *
     * @param share of the ceiling; 0 without one
     * @param serviceMicros processor time of the service for each request
     * @param databaseMicros that of the database
     * @param peerPerSecond requests per second of the peer; 0 without one
     */
    private record Result(
            String name,
            int connections,
            Throughput service,
            double share,
            double serviceMicros,
            double databaseMicros,
            double peerPerSecond) {

        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %.0f | %.2f | %.2f | %s | %.0f | %.0f | %s | %d |",
                    name,
                    connections,
                    service.perSecond(),
                    service.p50(),
                    service.p99(),
                    share == 0 ? "" : String.format(Locale.ROOT, "%.2f", share),
                    serviceMicros,
                    databaseMicros,
                    peerPerSecond == 0 ? "" : String.format(Locale.ROOT, "%.1f", service.perSecond() / peerPerSecond),
                    service.failed());
        }

        String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"name\": \"%s\", \"connections\": %d, \"per_second\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f,"
                            + " \"share_of_ceiling\": %.3f, \"service_us\": %.1f, \"database_us\": %.1f,"
                            + " \"peer_per_second\": %.1f, \"failed\": %d}",
                    name,
                    connections,
                    service.perSecond(),
                    service.p50(),
                    service.p99(),
                    share,
                    serviceMicros,
                    databaseMicros,
                    peerPerSecond,
                    service.failed());
        }
    }

    /**
     * Runs the benchmark; exits with 1 if a request failed.
     *
     * @param args the folder of the distribution, and options
     */
    public static void main(String[] args) throws Exception {
        Options options = Options.parse(Arrays.asList(args).subList(1, args.length));
        Path folder = Files.createTempDirectory("load");
        long failed = 0;
        try (EmbeddedPostgres server = EmbeddedPostgres.start();
                RunningLauncher launcher = RunningLauncher.start(Path.of(args[0]), server.getPort())) {
            LoadBenchmark benchmark = new LoadBenchmark(
                    new LoadGenerator(folder, options.seconds()), launcher, server.getPort(), process(server), options);
            failed = benchmark.run(server, System.out);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        if (failed > 0) {
            System.out.println(failed + " requests FAILED: the figures are worthless");
            System.exit(1);
        }
    }

    /** The main process of the server: the parent of each of its processes. */
    private static ProcessHandle process(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return ProcessHandle.of(row.getLong(1))
                    .flatMap(ProcessHandle::parent)
                    .orElseThrow();
        }
    }

    private long run(EmbeddedPostgres server, PrintStream out) throws Exception {
        List<Operation> operations = prepare(launcher.metadata(), Optional.of(server));
        Optional<List<Operation>> peerOperations = options.peer().isPresent()
                ? Optional.of(prepare(options.peer().get(), Optional.empty()))
                : Optional.empty();
        out.printf(
                "%d rounds of %d s, medians; processor time in microseconds for each request%n%n",
                options.rounds(), options.seconds());
        out.println(
                "| request | connections | requests/s | p50 ms | p99 ms | share of the ceiling | service us | database us"
                        + " | times the peer | failed |");
        out.println("|---|---|---|---|---|---|---|---|---|---|");
        List<Result> results = new ArrayList<>();
        // The JVM compiles while it runs; without this the first operations would look slow.
        for (Operation operation : operations) {
            if (options.includes(operation)) {
                generator.wrk(
                        launcher.metadata(), operation, options.connections().get(0));
            }
        }
        for (int connections : options.connections()) {
            for (int i = 0; i < operations.size(); i++) {
                Operation operation = operations.get(i);
                if (options.includes(operation)) {
                    int index = i;
                    Result result = measure(operation, peerOperations.map(all -> all.get(index)), connections);
                    out.println(result.row());
                    results.add(result);
                }
            }
        }
        out.printf(
                "%nResident memory of the service: %d MiB%n",
                ProcessTimes.residentMib(launcher.process().toHandle()));
        if (options.json().isPresent()) {
            Files.writeString(
                    options.json().get(),
                    results.stream().map(Result::json).collect(Collectors.joining(",\n", "[\n", "\n]\n")));
        }
        return results.stream().mapToLong(result -> result.service.failed()).sum();
    }

    private Result measure(Operation operation, Optional<Operation> ofPeer, int connections)
            throws IOException, InterruptedException {
        List<Throughput> ours = new ArrayList<>();
        List<Throughput> ceilings = new ArrayList<>();
        List<Throughput> peers = new ArrayList<>();
        long serviceMicros = 0;
        long databaseMicros = 0;
        for (int round = 0; round < options.rounds(); round++) {
            ProcessTimes serviceBefore = ProcessTimes.of(launcher.process().toHandle());
            ProcessTimes databaseBefore = ProcessTimes.of(database);
            ours.add(generator.wrk(launcher.metadata(), operation, connections));
            serviceMicros += ProcessTimes.of(launcher.process().toHandle()).micros() - serviceBefore.micros();
            databaseMicros += ProcessTimes.of(database).micros() - databaseBefore.micros();
            if (operation.ceiling().isPresent()) {
                ceilings.add(generator.pgbench(databasePort, operation.ceiling().get(), connections));
            }
            if (ofPeer.isPresent()) {
                peers.add(generator.wrk(options.peer().orElseThrow(), ofPeer.get(), connections));
            }
        }
        double requests = ours.stream().mapToLong(Throughput::requests).sum();
        Throughput median = median(ours);
        return new Result(
                operation.name(),
                connections,
                new Throughput(
                        median.requests(),
                        median.perSecond(),
                        median.p50(),
                        median.p99(),
                        ours.stream().mapToLong(Throughput::failed).sum()),
                ceilings.isEmpty() ? 0 : median.perSecond() / median(ceilings).perSecond(),
                serviceMicros / requests,
                databaseMicros / requests,
                peers.isEmpty() ? 0 : median(peers).perSecond());
    }

    private static Throughput median(List<Throughput> rounds) {
        return rounds.stream()
                .sorted(Comparator.comparing(Throughput::perSecond))
                .toList()
                .get(rounds.size() / 2);
    }

    /** Creates the objects that are read and written. */
    private List<Operation> prepare(URI service, Optional<EmbeddedPostgres> server) throws Exception {
        send(service, Operation.FLOW, Operation.NEW);
        send(service, Operation.LONG_FLOW, Operation.NEW);
        if (server.isPresent()) {
            try (Connection connection = server.get().getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO runs_v3 (flow_id, user_name, tags, system_tags, ts_epoch)"
                        + " SELECT 'LoadOfRuns', 'u', '[\"a\", \"b\"]', '[\"c\"]', n FROM generate_series(1, "
                        + LONG_LIST
                        + ") n");
                statement.execute("ANALYZE");
            }
        } else {
            for (int i = 0; i < LONG_LIST; i++) {
                send(service, Operation.LONG_FLOW + "/run", Operation.NEW);
            }
        }
        long run = number(send(service, Operation.FLOW + "/run", Operation.NEW), "run_number");
        String runPath = Operation.FLOW + "/runs/" + run;
        send(service, runPath + "/steps/start/step", Operation.NEW);
        // One task to read, and one to write to.
        long read = number(send(service, runPath + "/steps/start/task", Operation.NEW), "task_id");
        long written = number(send(service, runPath + "/steps/start/task", Operation.NEW), "task_id");
        send(service, runPath + "/steps/start/tasks/" + read + "/artifact", Operation.artifacts(50));
        send(service, runPath + "/steps/start/tasks/" + read + "/metadata", Operation.metadata(40));
        List<Operation> reads = Operation.all(run, read);
        List<Operation> writes = Operation.all(run, written);
        List<Operation> all = new ArrayList<>();
        for (int i = 0; i < reads.size(); i++) {
            all.add(reads.get(i).method().equals("GET") ? reads.get(i) : writes.get(i));
        }
        return all;
    }

    private String send(URI service, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(service.resolve(path))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("POST " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private static long number(String json, String member) {
        return Long.parseLong(json.replaceAll("(?s).*\"" + member + "\": ?\"?([0-9]+).*", "$1"));
    }
}
