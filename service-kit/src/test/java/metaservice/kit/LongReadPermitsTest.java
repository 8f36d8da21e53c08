package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LongReadPermitsTest {

    private static final int PERMITS = 5;
    private static final int PLACES = 8;
    private static final Duration DEADLINE = Duration.ofSeconds(4);

    private final LongReadPermits permits = new LongReadPermits(2 * PERMITS);
    private final List<Thread> waiters = new ArrayList<>();

    @AfterEach
    void endWaiters() throws InterruptedException {
        for (Thread waiter : waiters) {
            waiter.interrupt();
            waiter.join(DEADLINE.toMillis());
            assertFalse(waiter.isAlive());
        }
    }

    @Test
    void releasedPermitFreesAPlaceAtOnce() throws Exception {
        takeAllPermits();
        allWait(PLACES);
        assertThrows(LongReadPermits.TooManyLongReadsException.class, permits::acquire);
        for (int i = 0; i < PERMITS; i++) {
            permits.release();
        }
        // The threads that have got a permit had no time to run yet.
        assertEquals(PLACES - PERMITS, permits.waiting());
        allWait(PERMITS);
        assertEquals(PLACES, permits.waiting());
    }

    @Test
    void permitsArePassedOnInTheOrderOfArrival() throws Exception {
        takeAllPermits();
        CompletableFuture<Void> first = waiting();
        CompletableFuture<Void> second = waiting();
        permits.release();
        first.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        assertFalse(second.isDone());
        permits.release();
        second.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void interruptedWaiterGivesItsPlaceUp() throws Exception {
        takeAllPermits();
        allWait(1);
        waiters.get(0).interrupt();
        waiters.get(0).join(DEADLINE.toMillis());
        assertEquals(0, permits.waiting());
        permits.release();
        assertTrue(permits.tryAcquire());
        assertFalse(permits.tryAcquire());
    }

    private void takeAllPermits() throws Exception {
        for (int i = 0; i < PERMITS; i++) {
            permits.acquire();
        }
        assertFalse(permits.tryAcquire());
    }

    private void allWait(int count) {
        for (int i = 0; i < count; i++) {
            assertFalse(waiting().isDone());
        }
    }

    /** Starts a thread that waits for a permit, and returns when it waits; the result is completed when it has one. */
    private CompletableFuture<Void> waiting() {
        int before = permits.waiting();
        CompletableFuture<Void> result = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                permits.acquire();
                result.complete(null);
            } catch (LongReadPermits.TooManyLongReadsException | InterruptedException e) {
                result.completeExceptionally(e);
            }
        });
        waiters.add(waiter);
        waiter.start();
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (permits.waiting() == before) {
            assertFalse(result.isCompletedExceptionally(), "no place to wait");
            assertTrue(System.nanoTime() < deadline, "the thread does not wait");
            Thread.onSpinWait();
        }
        return result;
    }
}
