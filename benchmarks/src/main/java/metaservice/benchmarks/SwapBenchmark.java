package metaservice.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import metaservice.migrations.Migrations;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.UpgradeOutcome;

/**
 * Measures the latencies of HTTP clients of a running launcher while {@code PATCH /upgrade} upgrades its database from
 * schema 1 to the newest and the launcher swaps the service. The baseline is the same clients on the old service, in the
 * 10 s before.
 */
public final class SwapBenchmark {

    private static final int CLIENTS = 4;
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration BASELINE = Duration.ofSeconds(10);
    private static final Duration AFTERWARDS = Duration.ofSeconds(5);
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private SwapBenchmark() {}

    /**
     * Runs the benchmark.
     *
     * @param args the folder of the distribution, and the number of rounds, default 3
     */
    public static void main(String[] args) throws Exception {
        int rounds = args.length < 2 ? 3 : Integer.parseInt(args[1]);
        PrintStream out = System.out;
        out.printf(
                "Upgrade and swap under %d clients that pause %d ms between two requests%n%n",
                CLIENTS, HttpClients.PAUSE_MILLIS);
        out.println("| round | upgrade s | swap s | p99 before ms | upgrade / before | swap / before | both / before"
                + " | worst ms | worst at s | after / before | requests during both | failed |");
        out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
        for (int round = 1; round <= rounds; round++) {
            try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
                UpgradeOutcome outcome = new Migrations(server.getPostgresDatabase()).upgradeTo(new SchemaVersion(1));
                if (!(outcome instanceof UpgradeOutcome.Upgraded)) {
                    throw new IllegalStateException("schema version 1 could not be created: " + outcome);
                }
                try (Launcher launcher = Launcher.start(Path.of(args[0]), server.getPort(), Map.of())) {
                    measure(launcher, round, out);
                }
            }
        }
    }

    private static void measure(Launcher launcher, int round, PrintStream out) throws Exception {
        HttpClients clients = new HttpClients(launcher.metadata());
        clients.start();
        Thread.sleep(WARM_UP.toMillis());
        long before = System.nanoTime();
        Thread.sleep(BASELINE.toMillis());
        long begin = System.nanoTime();
        String version = clients.version();
        String answer = clients.send("PATCH", launcher.migration().resolve("/upgrade"), "")
                .body();
        if (!answer.equals("upgrade success")) {
            throw new IllegalStateException(answer);
        }
        long upgraded = System.nanoTime();
        while (clients.version().equals(version)) {
            if (System.nanoTime() - begin > DEADLINE.toNanos()) {
                throw new IllegalStateException("no swap within " + DEADLINE.toSeconds() + " s");
            }
            Thread.sleep(5);
        }
        long switched = System.nanoTime();
        Thread.sleep(1000); // includes the drain and close of the old service and the first requests of the new one
        long end = System.nanoTime();
        Thread.sleep(AFTERWARDS.toMillis());
        clients.stop();
        double baseline = clients.between(before, begin).p99();
        out.printf(
                Locale.ROOT,
                "| %d | %.1f | %.1f | %.1f | %.2f | %.2f | %.2f | %.1f | %.1f | %.2f | %d | %d |%n",
                round,
                (upgraded - begin) / 1e9,
                (switched - upgraded) / 1e9,
                baseline,
                clients.between(begin, upgraded).p99() / baseline,
                clients.between(upgraded, end).p99() / baseline,
                clients.between(begin, end).p99() / baseline,
                clients.between(begin, end).worst(),
                (clients.slowest(begin, end) - begin) / 1e9,
                clients.between(end, Long.MAX_VALUE).p99() / baseline,
                clients.between(begin, end).count(),
                clients.failed.get());
    }

    /** Threads that write and read, each on its own connection. */
    private static final class HttpClients {

        static final long PAUSE_MILLIS = 5;

        private final URI metadata;
        private final HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final AtomicBoolean stopping = new AtomicBoolean();
        private final AtomicLong failed = new AtomicLong();
        private final Queue<long[]> samples = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();

        HttpClients(URI metadata) {
            this.metadata = metadata;
        }

        void start() {
            for (int i = 0; i < CLIENTS; i++) {
                String flow = "/flows/Bench" + i;
                threads.add(new Thread(() -> work(flow), "client-" + i));
            }
            threads.forEach(Thread::start);
        }

        void stop() throws InterruptedException {
            stopping.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }

        Latencies between(long from, long to) {
            return Latencies.of(sentBetween(from, to).map(sample -> sample[1]).toList());
        }

        /** When the slowest request was sent, in nanoseconds of {@link System#nanoTime}. */
        long slowest(long from, long to) {
            return sentBetween(from, to)
                    .max(Comparator.comparingLong(sample -> sample[1]))
                    .orElseThrow()[0];
        }

        private Stream<long[]> sentBetween(long from, long to) {
            return samples.stream().filter(sample -> from <= sample[0] && sample[0] < to);
        }

        String version() throws IOException, InterruptedException {
            return send("GET", metadata.resolve("/ping"), "")
                    .headers()
                    .firstValue("METADATA_SERVICE_VERSION")
                    .orElse("none");
        }

        HttpResponse<String> send(String method, URI address, String body) throws IOException, InterruptedException {
            return http.send(
                    HttpRequest.newBuilder(address)
                            .timeout(DEADLINE)
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }

        private void work(String flow) {
            String owner = "{\"user_name\": \"u\", \"tags\": [], \"system_tags\": []}";
            request("POST", flow, owner);
            while (!stopping.get()) {
                String run = flow + "/runs/" + number(request("POST", flow + "/run", owner), "run_number");
                request("POST", run + "/steps/start/step", owner);
                String task = run + "/steps/start/tasks/"
                        + number(request("POST", run + "/steps/start/task", owner), "task_id");
                for (int i = 0; i < 5; i++) {
                    request(
                            "POST",
                            task + "/metadata",
                            "[{\"field_name\": \"f" + i
                                    + "\", \"value\": \"v\", \"type\": \"t\", \"user_name\": \"u\", \"tags\": []}]");
                    request("GET", task + "/metadata", "");
                    request("GET", run, "");
                }
            }
        }

        private static String number(String json, String member) {
            return json.replaceAll("(?s).*\"" + member + "\": ?\"?([0-9]+).*", "$1");
        }

        private String request(String method, String path, String body) {
            try {
                long sent = System.nanoTime();
                HttpResponse<String> answer = send(method, metadata.resolve(path), body);
                samples.add(new long[] {sent, System.nanoTime() - sent});
                if (answer.statusCode() >= 500) {
                    failed.incrementAndGet();
                }
                Thread.sleep(PAUSE_MILLIS);
                return answer.body();
            } catch (IOException e) {
                failed.incrementAndGet();
                return "";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "";
            }
        }
    }
}
