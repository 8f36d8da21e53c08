package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * Clients that write, read, send heartbeats and replay recorded sessions on persistent connections, until {@link #close}.
 * They never repeat a request, and record acknowledged rows and failures.
 */
final class Load implements AutoCloseable {

    /** Far longer than any request takes, so that an unanswered request becomes a failure. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Duration AFTER_FAILURE = Duration.ofMillis(20);

    /** Pause between two requests of a client; without it, the clients would take the CPU time of the launchers. */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Predicate<Answer> fine;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    private final Queue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();

    private Load(Predicate<Answer> fine) {
        this.fine = fine;
    }

    /**
     * One answered request.
     *
     * @param at time of sending, on the clock of {@link System#nanoTime()}
     * @param nanos latency; for pipelined requests, of all together
     */
    private record Sample(long at, long nanos) {}

    /** A row whose creation was answered with 200. */
    private record Acknowledged(String table, String key, long id) {}

    /** Clients to which only a 5xx is a failure; four for each launcher. */
    static Load on(List<URI> launchers) {
        return on(launchers, answer -> answer.status() < 500);
    }

    /**
     * Clients with a given criterion; four for each launcher.
     *
     * @param fine which answers are not failures
     */
    static Load on(List<URI> launchers, Predicate<Answer> fine) {
        Load load = new Load(fine);
        Transcript run = Recordings.read("v1/client-run.jsonl");
        Transcript read = Recordings.read("v1/client-read.jsonl");
        for (URI launcher : launchers) {
            load.client(launcher, load::write);
            load.client(launcher, load::pipeline);
            load.client(launcher, http -> load.replay(http, run));
            load.client(launcher, http -> load.replay(http, read));
        }
        load.threads.forEach(Thread::start);
        return load;
    }

    /** Criterion while the database is away: a 503 is fine if it has the header {@code Retry-After}. */
    static boolean isFineOrRetried(Answer answer) {
        return answer.status() < 500
                || (answer.status() == 503 && answer.header("Retry-After").isPresent());
    }

    /** All failures so far. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    int answered() {
        return samples.size();
    }

    int rowsAcknowledged() {
        return acknowledged.size();
    }

    /** The 99th percentile of the times of requests sent between two moments, in milliseconds. */
    double p99(long from, long to) {
        long[] sorted = samples.stream()
                .filter(sample -> from <= sample.at() && sample.at() < to)
                .mapToLong(Sample::nanos)
                .sorted()
                .toArray();
        return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * 0.99)] / 1e6;
    }

    /** Stops the clients; waits until each has ended its round. */
    @Override
    public void close() {
        stopping.set(true);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Acknowledged rows that are not in the database. */
    List<String> lost(DataSource database) throws Exception {
        List<String> lost = new ArrayList<>();
        for (Map.Entry<String, String> table : Map.of(
                        "tasks_v3", "task_id", "metadata_v3", "id", "runs_v3", "run_number")
                .entrySet()) {
            Set<Long> stored = stored(database, table.getKey(), table.getValue());
            acknowledged.stream()
                    .filter(row -> row.table().equals(table.getKey()) && !stored.contains(row.id()))
                    .forEach(row -> lost.add(row.toString()));
        }
        return lost;
    }

    private static Set<Long> stored(DataSource database, String table, String key) throws Exception {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select " + key + " from " + table)) {
            Set<Long> ids = new HashSet<>();
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
            return ids;
        }
    }

    /** Ends a round by an answer that is accepted: no failure, but the next requests of the round need what it lacks. */
    private static final class RetryRequestedException extends IOException {}

    /** The requests that a client repeats in a loop. */
    private interface Round {
        void play(HttpConnection http) throws IOException;
    }

    private void client(URI launcher, Round round) {
        threads.add(new Thread(
                () -> {
                    try (HttpConnection http = new HttpConnection(launcher, TIMEOUT)) {
                        while (!stopping.get()) {
                            play(http, round);
                        }
                    }
                },
                "load-" + threads.size()));
    }

    private void play(HttpConnection http, Round round) {
        try {
            round.play(http);
        } catch (RetryRequestedException e) {
            LockSupport.parkNanos(AFTER_FAILURE.toNanos());
        } catch (IOException | RuntimeException e) {
            failures.add(Thread.currentThread().getName() + ": " + e);
            // Without a pause, an unreachable launcher would cause millions of failures.
            LockSupport.parkNanos(AFTER_FAILURE.toNanos());
        }
    }

    private List<Answer> send(HttpConnection http, List<Request> requests) throws IOException {
        LockSupport.parkNanos(PAUSE.toNanos());
        long sent = System.nanoTime();
        List<Answer> answers = http.pipeline(requests);
        samples.add(new Sample(sent, System.nanoTime() - sent));
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            if (!fine.test(answer)) {
                Request request = requests.get(i);
                failures.add(request.method() + " " + request.path() + ": " + answer.status() + " " + answer.text());
            }
        }
        return answers;
    }

    private Answer send(HttpConnection http, String method, String path, JsonNode body) throws IOException {
        return send(http, List.of(request(method, path, body))).get(0);
    }

    private static Request request(String method, String path, JsonNode body) {
        return new Request(method, path, Optional.empty(), body, Map.of());
    }

    private static JsonNode json(String text) {
        return Json.parse(text).orElseThrow();
    }

    /** Creates a run with some tasks and their metadata, reads them back, and sends heartbeats. */
    private void write(HttpConnection http) throws IOException {
        String flow = "/flows/Load" + COUNT.incrementAndGet();
        created(http, flow);
        String run = flow + "/runs/" + create(http, flow + "/run", "runs_v3", "run_number");
        String step = run + "/steps/start";
        created(http, step + "/step");
        for (int i = 0; i < 20 && !stopping.get(); i++) {
            String task = step + "/tasks/" + create(http, step + "/task", "tasks_v3", "task_id");
            metadata(http, task);
            send(http, "POST", task + "/heartbeat", json("{}"));
            send(http, "GET", task, NullNode.getInstance());
            send(http, "GET", step + "/tasks", NullNode.getInstance());
        }
    }

    /** Creates a resource and returns its id. */
    private String create(HttpConnection http, String path, String table, String id) throws IOException {
        Answer answer = created(http, path);
        long number = answer.body().path(id).asLong();
        acknowledged.add(new Acknowledged(table, path, number));
        return Long.toString(number);
    }

    /** The next requests need the created resource, so any other status than 200 ends the round. */
    private Answer created(HttpConnection http, String path) throws IOException {
        Answer answer =
                send(http, "POST", path, json("{\"user_name\": \"u\", \"tags\": [\"t\"], \"system_tags\": []}"));
        if (answer.status() == 503 && fine.test(answer)) {
            throw new RetryRequestedException();
        }
        if (answer.status() != 200) {
            throw new IOException("POST " + path + ": " + answer.status() + " " + answer.text());
        }
        return answer;
    }

    private void metadata(HttpConnection http, String task) throws IOException {
        Answer answer = send(
                http,
                "POST",
                task + "/metadata",
                json("[{\"field_name\": \"a\", \"value\": \"1\", \"type\": \"t\", \"user_name\": \"u\", \"tags\": []},"
                        + " {\"field_name\": \"b\", \"value\": \"2\", \"type\": \"t\", \"user_name\": \"u\","
                        + " \"tags\": []}]"));
        if (answer.status() != 200) {
            return; // send() has recorded a failure if the status is not fine
        }
        Answer stored = send(http, "GET", task + "/metadata", NullNode.getInstance());
        if (stored.status() != 200) {
            return; // as above
        }
        for (JsonNode row : stored.body()) {
            acknowledged.add(
                    new Acknowledged("metadata_v3", task, row.path("id").asLong()));
        }
    }

    /** Sends ten requests before it reads the first answer. */
    private void pipeline(HttpConnection http) throws IOException {
        String flow = "/flows/Pipe" + COUNT.incrementAndGet();
        created(http, flow);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(
                    request("POST", flow + "/run", json("{\"user_name\": \"u\", \"tags\": [], \"system_tags\": []}")));
            requests.add(request("GET", flow, NullNode.getInstance()));
        }
        for (int i = 0; i < 5 && !stopping.get(); i++) {
            for (Answer answer : send(http, requests)) {
                if (answer.status() == 200 && answer.body().has("run_number")) {
                    acknowledged.add(new Acknowledged(
                            "runs_v3", flow, answer.body().path("run_number").asLong()));
                }
            }
        }
    }

    /** Sends the requests of a recorded session in their order; its ids are those of another run, so a 404 is fine. */
    private void replay(HttpConnection http, Transcript recording) throws IOException {
        for (Step step : recording.steps()) {
            if (step instanceof Step.Call call && !stopping.get()) {
                send(http, List.of(call.request()));
            }
        }
    }
}
