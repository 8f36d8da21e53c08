package metaservice.launcher.service;

import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import metaservice.spi.MemoryBudget;

/** A number of bytes that requests take and return. Requests that wait for bytes get them in their order. Thread-safe. */
final class SharedBudget implements MemoryBudget {

    /** Most requests that wait. Each occupies a worker thread, which other requests need. */
    static final int MAX_WAITING = 8;

    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final long bytes;
    private final Duration maxWait;
    private final Set<Holder> holders = ConcurrentHashMap.newKeySet();
    private final Queue<Object> waiting = new ArrayDeque<>();
    private long left;

    SharedBudget(long bytes) {
        this(bytes, MAX_WAIT);
    }

    /** The same with another limit of the wait, for tests. */
    SharedBudget(long bytes, Duration maxWait) {
        this.bytes = bytes;
        this.maxWait = maxWait;
        this.left = bytes;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public synchronized boolean take(long wanted) {
        if (left < wanted || !waiting.isEmpty()) {
            return false;
        }
        left -= wanted;
        return true;
    }

    @Override
    public synchronized boolean await(long wanted) throws InterruptedException {
        if (take(wanted)) {
            return true;
        }
        if (waiting.size() == MAX_WAITING) {
            return false;
        }
        long deadline = System.nanoTime() + maxWait.toNanos();
        Object ticket = new Object();
        waiting.add(ticket);
        try {
            while (waiting.peek() != ticket || left < wanted) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0) {
                    return false;
                }
                wait(millis);
            }
            left -= wanted;
            return true;
        } finally {
            waiting.remove(ticket);
            notifyAll(); // the next one in the queue may have enough
        }
    }

    /** For tests: how many requests wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    @Override
    public synchronized void giveBack(long returned) {
        left += returned;
        notifyAll();
    }

    @Override
    public void giveBackAfter(HttpServerExchange exchange, long returned) {
        exchange.addExchangeCompleteListener((answered, next) -> {
            giveBack(returned);
            next.proceed();
        });
    }

    @Override
    public void watch(Holder holder) {
        holders.add(holder);
    }

    @Override
    public void unwatch(Holder holder) {
        holders.remove(holder);
    }

    @Override
    public void notifyHolders(long now) {
        holders.forEach(holder -> holder.memoryIsShort(now));
    }
}
