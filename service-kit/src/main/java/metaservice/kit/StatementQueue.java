package metaservice.kit;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs statements of many requests on few connections. While the statements of a group are on their way, others wait in the
 * queue and become the next group, which is sent at once with {@link Pipeline}. So a lone statement is sent immediately, and
 * under load a group pays one round trip and one commit for all of its members.
 *
 * <p>Each member gets its own result. If a group fails, its members run again, each alone, so that a failure concerns only
 * the request that caused it. If the connection was lost, nobody knows whether the group was stored: then its writes fail.
 *
 * <p>As many groups are on their way at once as there are processors, at least two, and more if these take long. The threads, at most as many as the pool has connections,
 * begin when they are needed and end after a minute without work. Thread-safe.
 */
final class StatementQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StatementQueue.class);

    /**
     * Groups on their way at once, without those that take long. With more of them a statement waits shorter, but groups are
     * smaller, and cost more of processors that are fully used. Two are the best for two processors.
     */
    private static final int GROUPS = Math.max(2, Runtime.getRuntime().availableProcessors());

    /** After this time a group no longer prevents another one. */
    private static final Duration SLOW = Duration.ofMillis(100);

    /** Most members of a group. */
    private static final int MAX_MEMBERS = 16;

    /** Most characters of the values of a group that writes. As bytes they fit into the buffers of a socket. */
    private static final int MAX_LENGTH = 16 * 1024;

    /** Longest wait for a lock of a group that writes. Its members then wait for it alone. */
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(250);

    /** Longest wait in the queue; after it the answer is 503. */
    private static final Duration MAX_QUEUE_TIME = Duration.ofSeconds(2);

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final ConnectionPool pool;
    private final boolean keepsStatements;
    private final int maxThreads;
    private final int maxMembers;
    private final int maxGroups;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private final Set<Lane> lanes = new HashSet<>();
    private int idle;
    private boolean waking;
    private boolean watched;
    private boolean closed;
    private int created;

    /**
     * A queue that combines statements to groups.
     *
     * @param name begin of the names of its threads
     * @param keepsStatements whether sessions keep prepared statements
     * @param maxThreads most threads, 1 or more
     */
    static StatementQueue withGroups(String name, ConnectionPool pool, boolean keepsStatements, int maxThreads) {
        return new StatementQueue(name, pool, keepsStatements, maxThreads, MAX_MEMBERS, GROUPS);
    }

    /** A queue that runs each statement alone; the parameters are the same. */
    static StatementQueue withoutGroups(String name, ConnectionPool pool, boolean keepsStatements, int maxThreads) {
        return new StatementQueue(name, pool, keepsStatements, maxThreads, 1, maxThreads);
    }

    private StatementQueue(
            String name, ConnectionPool pool, boolean keepsStatements, int maxThreads, int maxMembers, int maxGroups) {
        this.name = name;
        this.pool = pool;
        this.keepsStatements = keepsStatements;
        this.maxThreads = maxThreads;
        this.maxMembers = maxMembers;
        this.maxGroups = maxGroups;
    }

    /** The request that waits for a statement. Exactly one of the last four methods is called; none of them blocks. */
    interface Caller {

        /** The thread that should send the answer. */
        Executor thread();

        /** The statement has this answer. */
        void answered(Answer answer);

        /** The statement did not run, and should run alone. */
        void runAlone();

        /** The statement failed, or its connection. */
        void failed(SQLException failure);

        /** The statement has waited too long for a thread. */
        void tooLate();
    }

    /** A statement in the queue. */
    private record Entry(DatabaseAnswer statement, Caller caller, long submitted) {

        boolean isOlderThan(Duration age) {
            return System.nanoTime() - submitted > age.toNanos();
        }
    }

    /** Adds a statement. Never blocks. */
    void submit(DatabaseAnswer statement, Caller caller) {
        lock.lock();
        try {
            if (closed) {
                caller.failed(new SQLTransientConnectionException("the service is closed", "08003"));
                return;
            }
            waiting.add(new Entry(statement, caller, System.nanoTime()));
            wake();
        } finally {
            lock.unlock();
        }
    }

    /** Makes sure that a thread looks at the queue if a group may start, or when it may start. */
    private void wake() {
        if (waking || waiting.isEmpty() || (watched && running() >= maxGroups)) {
            return;
        }
        if (idle > 0) {
            waking = true;
            changed.signal();
        } else if (lanes.size() < maxThreads) {
            waking = true;
            Lane lane = new Lane();
            lanes.add(lane);
            Thread thread = new Thread(lane, name + " statements-" + ++created);
            lane.thread = thread;
            thread.setDaemon(true);
            thread.setContextClassLoader(StatementQueue.class.getClassLoader());
            thread.start();
        }
    }

    /** The number of groups that are on their way, without slow ones. */
    private int running() {
        long now = System.nanoTime();
        int running = 0;
        for (Lane lane : lanes) {
            if (lane.isRunning && now - lane.begin < SLOW.toNanos()) {
                running++;
            }
        }
        return running;
    }

    /** One thread, which runs one group after the other. */
    private final class Lane implements Runnable {

        private Thread thread;
        private boolean isRunning;
        private long begin;

        @Override
        public void run() {
            try {
                for (List<Entry> group = next(); !group.isEmpty(); group = next()) {
                    runGroup(group);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                ended();
            }
        }

        /** Waits for the next group; empty if the thread is to end. */
        private List<Entry> next() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                isRunning = false;
                long idleUntil = System.nanoTime() + IDLE_TIMEOUT.toNanos();
                while (true) {
                    waking = false;
                    expire();
                    if (!waiting.isEmpty() && running() < maxGroups) {
                        List<Entry> group = take();
                        isRunning = true;
                        begin = System.nanoTime();
                        wake();
                        return group;
                    }
                    if (closed || System.nanoTime() > idleUntil) {
                        return List.of();
                    }
                    // One thread looks again when a running group counts as slow; the others are woken.
                    boolean watches = !waiting.isEmpty() && !watched;
                    watched |= watches;
                    idle++;
                    try {
                        changed.awaitNanos(watches ? SLOW.toNanos() / 2 : IDLE_TIMEOUT.toNanos());
                    } finally {
                        idle--;
                        watched &= !watches;
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        private void ended() {
            lock.lock();
            try {
                lanes.remove(this);
                waking = false;
                wake();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Removes what has waited too long. */
    private void expire() {
        while (!waiting.isEmpty() && waiting.peek().isOlderThan(MAX_QUEUE_TIME)) {
            waiting.poll().caller().tooLate();
        }
    }

    private List<Entry> take() {
        List<Entry> group = new ArrayList<>();
        long length = 0;
        while (!waiting.isEmpty() && group.size() < maxMembers) {
            length += waiting.peek().statement().sql().length();
            if (!group.isEmpty() && length > MAX_LENGTH) {
                break;
            }
            group.add(waiting.poll());
        }
        return group;
    }

    private void runGroup(List<Entry> group) {
        boolean writes = !group.get(0).statement().isRead();
        if (writes && group.size() > 1) {
            group.sort(Comparator.comparing(entry -> entry.statement().key()));
        }
        List<Result> results;
        try {
            Optional<Duration> lockTimeout = writes && group.size() > 1 ? Optional.of(LOCK_TIMEOUT) : Optional.empty();
            int maxRows = group.stream()
                    .mapToInt(entry -> entry.statement().maxRows())
                    .max()
                    .orElseThrow();
            List<Sql> statements =
                    group.stream().map(entry -> entry.statement().sql()).toList();
            results = pool.pipelined(keepsStatements, pipeline -> pipeline.run(statements, lockTimeout, maxRows));
        } catch (SQLException e) {
            group.forEach(entry -> failed(entry, group.size() == 1, e));
            return;
        } catch (RuntimeException | Error e) {
            SQLException failure = new SQLException("a group of statements failed", e);
            group.forEach(entry -> failed(entry, group.size() == 1, failure));
            return;
        }
        finish(group, results);
    }

    private static void failed(Entry entry, boolean isAlone, SQLException failure) {
        boolean harmedByAnother = !isAlone && hasFailedInServer(failure);
        boolean runsAgain = harmedByAnother || (entry.statement().isRead() && isLost(failure));
        if (runsAgain && !entry.isOlderThan(MAX_QUEUE_TIME.plus(LOCK_TIMEOUT))) {
            entry.caller().runAlone();
        } else {
            entry.caller().failed(failure);
        }
    }

    /** Whether the connection was lost, and not only none was free. */
    private static boolean isLost(SQLException failure) {
        return !(failure instanceof SQLTransientConnectionException)
                && String.valueOf(failure.getSQLState()).startsWith("08");
    }

    /** Whether a statement failed and the server has undone the transaction. */
    private static boolean hasFailedInServer(SQLException failure) {
        ServerErrorMessage message =
                failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        return message != null && "ERROR".equals(message.getSeverity());
    }

    /** Hands the results over, with one task for each thread that sends answers. */
    private static void finish(List<Entry> group, List<Result> results) {
        if (group.size() == 1) {
            finish(group.get(0), results.get(0));
            return;
        }
        Map<Executor, List<Runnable>> tasks = new HashMap<>();
        for (int i = 0; i < group.size(); i++) {
            Entry entry = group.get(i);
            Result result = results.get(i);
            tasks.computeIfAbsent(entry.caller().thread(), thread -> new ArrayList<>())
                    .add(() -> finish(entry, result));
        }
        tasks.forEach((thread, all) -> thread.execute(() -> all.forEach(StatementQueue::run)));
    }

    /** Runs a task; its failure must not keep the answers of the others from their clients. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("An answer could not be sent", e);
        }
    }

    private static void finish(Entry entry, Result result) {
        Answer answer;
        try {
            answer = entry.statement().reader().read(result);
        } catch (RuntimeException | Error e) {
            entry.caller().failed(new SQLException("the result of a statement cannot be read", e));
            return;
        }
        entry.caller().answered(answer);
    }

    /** Waits for the groups on their way, for at most five seconds, and ends the threads. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            long remaining = END_TIMEOUT.toNanos();
            while (!lanes.isEmpty() && remaining > 0) {
                remaining = changed.awaitNanos(remaining);
            }
            lanes.forEach(lane -> lane.thread.interrupt());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
