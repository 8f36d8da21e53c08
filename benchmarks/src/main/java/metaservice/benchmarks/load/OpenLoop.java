package metaservice.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import metaservice.benchmarks.Latencies;

/**
 * Sends the requests of a workload at a fixed rate over at most {@value #CONNECTIONS} connections. A latency counts from the time at
 * which the request should have been sent, so a slow answer also counts for the requests that had to wait behind it. A client
 * that waits for an answer before it plans the next request would not measure this (coordinated omission).
 */
final class OpenLoop {

    private static final int CONNECTIONS = 64;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Pattern TASK_ID = Pattern.compile("\"task_id\": ?\"?([0-9]+)");
    private static final Pattern RUN_NUMBER = Pattern.compile("\"run_number\": ?\"?([0-9]+)");

    private final Server server;
    private final Workload workload;
    private final double perSecond;
    private final long requests;
    private final long firstNumber;
    private final AtomicLong next = new AtomicLong();
    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final AtomicLong failures = new AtomicLong();

    /**
     * What was measured.
     *
     * @param failures requests without an answer of 2xx
     */
    record Result(Latencies latencies, long failures) {}

    private OpenLoop(Server server, Workload workload, double perSecond, Duration duration, long firstNumber) {
        this.server = server;
        this.workload = workload;
        this.perSecond = perSecond;
        this.requests = Math.max(1, (long) (perSecond * duration.toMillis() / 1000));
        this.firstNumber = firstNumber;
    }

    /**
     * Measures one workload.
     *
     * @param firstNumber the first of the numbers that make names unique
     */
    static Result measure(Server server, Workload workload, double perSecond, Duration duration, long firstNumber)
            throws InterruptedException {
        return new OpenLoop(server, workload, perSecond, duration, firstNumber).run(duration);
    }

    private Result run(Duration duration) throws InterruptedException {
        long start = System.nanoTime() + Duration.ofMillis(100).toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(CONNECTIONS, workload.mostConnections()); i++) {
            Thread thread = new Thread(() -> work(start), "client-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        long deadline = start + duration.plus(STOP_TIMEOUT).toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        next.set(requests); // A server that cannot keep up with the rate leaves requests over.
        long unanswered = Math.max(0, requests - nanos.size());
        return new Result(Latencies.of(nanos), Math.max(failures.get(), unanswered));
    }

    private void work(long start) {
        try (HttpConnection connection = new HttpConnection(server.address())) {
            Map<String, ?> values = server.data().values();
            List<Call> calls =
                    workload.calls().stream().map(call -> call.with(values)).toList();
            Map<String, ?> created = Map.of();
            long sent = 0;
            for (long number = next.getAndIncrement(); number < requests; number = next.getAndIncrement()) {
                int step = (int) (sent++ % calls.size());
                Call call = calls.get(step).with(created).with(markers(number));
                long intended = start + (long) (number * 1e9 / perSecond);
                waitUntil(intended);
                HttpConnection.Response response = connection.send(call);
                nanos.add(System.nanoTime() - intended);
                if (response.status() / 100 != 2) {
                    failures.incrementAndGet();
                }
                if (step == 0 && calls.size() > 1) {
                    created = Map.of(
                            "task", number(TASK_ID, response.body()), "run", number(RUN_NUMBER, response.body()));
                }
            }
        } catch (IOException e) {
            failures.incrementAndGet();
        }
    }

    private static String number(Pattern member, String json) {
        Matcher found = member.matcher(json);
        return found.find() ? found.group(1) : "missing";
    }

    private Map<String, Object> markers(long number) {
        TestData data = server.data();
        long position = number % TestData.TASKS;
        return Map.of(
                "n", firstNumber + number,
                "beat", data.firstBeat() + number % data.beatCount(),
                "run", data.firstRun() + position / TestData.TASKS_PER_RUN,
                "filled", data.firstTask() + position);
    }

    private static void waitUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
