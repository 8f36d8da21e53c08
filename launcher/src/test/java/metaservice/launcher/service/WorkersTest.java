package metaservice.launcher.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {

    private static final int REGULAR = 3;
    private static final int SPARE = 4;

    private final ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {};
    private final CountDownLatch release = new CountDownLatch(1);

    private void block() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(30, TimeUnit.SECONDS));
    }

    @Test
    void tasksUseTheRegularThreadsOnly() throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(2000);
        try (Workers workers = new Workers("test", loader, REGULAR, SPARE)) {
            for (int i = 0; i < 2000; i++) {
                workers.execute(() -> {
                    used.add(Thread.currentThread());
                    done.countDown();
                });
            }
            await(done);
        }
        assertTrue(used.size() <= REGULAR, used::toString);
        used.forEach(thread -> assertFalse(thread.isAlive(), thread::toString));
    }

    /** Twice, because the watch of the queue waits without a timeout in between. */
    @Test
    void spareThreadsRunTasksWhileAllRegularThreadsAreStuck() throws Exception {
        try (Workers workers = new Workers("test", loader, REGULAR, SPARE)) {
            CountDownLatch blocked = new CountDownLatch(REGULAR);
            for (int i = 0; i < REGULAR; i++) {
                workers.execute(() -> {
                    blocked.countDown();
                    block();
                });
            }
            await(blocked);
            for (int round = 0; round < 2; round++) {
                CountDownLatch done = new CountDownLatch(20);
                for (int i = 0; i < 20; i++) {
                    workers.execute(() -> {
                        assertSame(loader, Thread.currentThread().getContextClassLoader());
                        done.countDown();
                    });
                }
                await(done);
            }
            release.countDown();
        }
    }

    @Test
    void notMoreThreadsThanAllowedRun() throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(REGULAR + SPARE);
        CountDownLatch done = new CountDownLatch(50);
        try (Workers workers = new Workers("test", loader, REGULAR, SPARE)) {
            for (int i = 0; i < 50; i++) {
                workers.execute(() -> {
                    used.add(Thread.currentThread());
                    all.countDown();
                    block();
                    done.countDown();
                });
            }
            await(all);
            release.countDown();
            await(done);
        }
        assertEquals(REGULAR + SPARE, used.size());
    }

    @Test
    void closeWaitsForAcceptedTasksAndRefusesNewOnes() throws Exception {
        CountDownLatch done = new CountDownLatch(100);
        Workers workers = new Workers("test", loader, 1, SPARE);
        for (int i = 0; i < 100; i++) {
            workers.execute(done::countDown);
        }
        workers.close();
        assertEquals(0, done.getCount());
        assertThrows(RejectedExecutionException.class, () -> workers.execute(() -> {}));
    }

    @Test
    void closeInterruptsThreadsThatDoNotEnd() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Workers workers = new Workers("test", loader, 1, SPARE);
        workers.execute(() -> {
            block();
            if (Thread.currentThread().isInterrupted()) {
                interrupted.countDown();
            }
        });
        assertThrows(Workers.UnfinishedException.class, workers::close);
        await(interrupted);
    }
}
