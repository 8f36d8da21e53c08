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
 * Clients that write, read, beat and replay recorded sessions, on connections that they keep open, until they are told
 * to end. They never send a request twice, and remember what was acknowledged and what went wrong.
 */
final class Load implements AutoCloseable {

    /** Far more than anything takes, so that a request that is forgotten is seen as one. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Duration AFTER_FAILURE = Duration.ofMillis(20);

    /** Between two requests of a client; without it, clients would leave the launchers no processor. */
    private static final Duration THOUGHT = Duration.ofMillis(20);

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Predicate<Answer> fine;
    private final AtomicBoolean ending = new AtomicBoolean();
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
     * @param at when it was sent, as {@link System#nanoTime()} counts
     * @param nanos how long it took; of pipelined ones, all together
     */
    private record Sample(long at, long nanos) {}

    /** A row whose creation was answered with 200. */
    private record Acknowledged(String table, String key, long id) {}

    /** Clients that take anything but a 5xx for fine; four for each launcher. */
    static Load on(List<URI> launchers) {
        return on(launchers, answer -> answer.status() < 500);
    }

    /**
     * Clients who judge.
     *
     * @param fine which answers are no failures
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

    /** Of clients of a database that goes away: they are told to come back. */
    static boolean isFineOrRetried(Answer answer) {
        return answer.status() < 500
                || (answer.status() == 503 && answer.header("Retry-After").isPresent());
    }

    /** What went wrong so far. */
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

    /** Lets every client finish the request that it is at. */
    @Override
    public void close() {
        ending.set(true);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Acknowledged rows that are not in the database; none, if all is well. */
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

    /** Ends a round by an answer that was found fine: no failure, but the rest of the round would need what it lacks. */
    private static final class ToldToRetryException extends IOException {}

    /** What a client does over and over. */
    private interface Round {
        void play(HttpConnection http) throws IOException;
    }

    private void client(URI launcher, Round round) {
        threads.add(new Thread(
                () -> {
                    try (HttpConnection http = new HttpConnection(launcher, TIMEOUT)) {
                        while (!ending.get()) {
                            play(http, round);
                        }
                    }
                },
                "load-" + threads.size()));
    }

    private void play(HttpConnection http, Round round) {
        try {
            round.play(http);
        } catch (ToldToRetryException e) {
            LockSupport.parkNanos(AFTER_FAILURE.toNanos());
        } catch (IOException | RuntimeException e) {
            failures.add(Thread.currentThread().getName() + ": " + e);
            // Or a launcher that is gone would make a million of these.
            LockSupport.parkNanos(AFTER_FAILURE.toNanos());
        }
    }

    private List<Answer> ask(HttpConnection http, List<Request> requests) throws IOException {
        LockSupport.parkNanos(THOUGHT.toNanos());
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

    private Answer ask(HttpConnection http, String method, String path, JsonNode body) throws IOException {
        return ask(http, List.of(request(method, path, body))).get(0);
    }

    private static Request request(String method, String path, JsonNode body) {
        return new Request(method, path, Optional.empty(), body, Map.of());
    }

    private static JsonNode json(String text) {
        return Json.parse(text).orElseThrow();
    }

    /** A run of some tasks, each with metadata, read back, and beating. */
    private void write(HttpConnection http) throws IOException {
        String flow = "/flows/Load" + COUNT.incrementAndGet();
        created(http, flow);
        String run = flow + "/runs/" + create(http, flow + "/run", "runs_v3", "run_number");
        String step = run + "/steps/start";
        created(http, step + "/step");
        for (int i = 0; i < 20 && !ending.get(); i++) {
            String task = step + "/tasks/" + create(http, step + "/task", "tasks_v3", "task_id");
            metadata(http, task);
            ask(http, "POST", task + "/heartbeat", json("{}"));
            ask(http, "GET", task, NullNode.getInstance());
            ask(http, "GET", step + "/tasks", NullNode.getInstance());
        }
    }

    /** The id of what was created. */
    private String create(HttpConnection http, String path, String table, String id) throws IOException {
        Answer answer = created(http, path);
        long number = answer.body().path(id).asLong();
        acknowledged.add(new Acknowledged(table, path, number));
        return Long.toString(number);
    }

    /** What comes next needs what is created here, so anything but 200 ends the round. */
    private Answer created(HttpConnection http, String path) throws IOException {
        Answer answer = ask(http, "POST", path, json("{\"user_name\": \"u\", \"tags\": [\"t\"], \"system_tags\": []}"));
        if (answer.status() == 503 && fine.test(answer)) {
            throw new ToldToRetryException();
        }
        if (answer.status() != 200) {
            throw new IOException("POST " + path + ": " + answer.status() + " " + answer.text());
        }
        return answer;
    }

    private void metadata(HttpConnection http, String task) throws IOException {
        Answer answer = ask(
                http,
                "POST",
                task + "/metadata",
                json("[{\"field_name\": \"a\", \"value\": \"1\", \"type\": \"t\", \"user_name\": \"u\", \"tags\": []},"
                        + " {\"field_name\": \"b\", \"value\": \"2\", \"type\": \"t\", \"user_name\": \"u\","
                        + " \"tags\": []}]"));
        if (answer.status() != 200) {
            return; // judged already
        }
        Answer stored = ask(http, "GET", task + "/metadata", NullNode.getInstance());
        if (stored.status() != 200) {
            return; // judged, too
        }
        for (JsonNode row : stored.body()) {
            acknowledged.add(
                    new Acknowledged("metadata_v3", task, row.path("id").asLong()));
        }
    }

    /** Ten requests in one go. */
    private void pipeline(HttpConnection http) throws IOException {
        String flow = "/flows/Pipe" + COUNT.incrementAndGet();
        created(http, flow);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(
                    request("POST", flow + "/run", json("{\"user_name\": \"u\", \"tags\": [], \"system_tags\": []}")));
            requests.add(request("GET", flow, NullNode.getInstance()));
        }
        for (int i = 0; i < 5 && !ending.get(); i++) {
            for (Answer answer : ask(http, requests)) {
                if (answer.status() == 200 && answer.body().has("run_number")) {
                    acknowledged.add(new Acknowledged(
                            "runs_v3", flow, answer.body().path("run_number").asLong()));
                }
            }
        }
    }

    /** What a real client once asked, in its order; the ids in it are another run's, so a 404 is fine. */
    private void replay(HttpConnection http, Transcript recording) throws IOException {
        for (Step step : recording.steps()) {
            if (step instanceof Step.Call call && !ending.get()) {
                ask(http, List.of(call.request()));
            }
        }
    }
}
