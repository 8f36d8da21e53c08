package metaservice.launcher.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import metaservice.migrations.Eventually;
import metaservice.spi.MemoryBudget;
import org.junit.jupiter.api.Test;

class SharedBudgetTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    void nothingIsTakenIfTooLittleIsLeft() {
        SharedBudget budget = new SharedBudget(10);
        assertTrue(budget.take(7));
        assertFalse(budget.take(4));
        assertTrue(budget.take(3));
        budget.giveBack(10);
        assertTrue(budget.take(10));
    }

    @Test
    void waitEndsWithoutMemoryAfterItsLimit() throws InterruptedException {
        SharedBudget budget = new SharedBudget(10, SHORT);
        assertTrue(budget.await(10));
        assertFalse(budget.await(1));
        budget.giveBack(10);
        assertTrue(budget.take(10));
    }

    @Test
    void requestsThatWaitAreServedInTheirOrder() throws Exception {
        SharedBudget budget = new SharedBudget(10, LONG);
        assertTrue(budget.take(10));
        CompletableFuture<Boolean> large = await(budget, 8, 1);
        CompletableFuture<Boolean> small = await(budget, 1, 2);
        budget.giveBack(5);
        assertFalse(budget.take(1), "a request overtook those that wait");
        assertFalse(small.isDone());
        budget.giveBack(5);
        assertTrue(large.get(LONG.toSeconds(), TimeUnit.SECONDS));
        assertTrue(small.get(LONG.toSeconds(), TimeUnit.SECONDS));
        assertTrue(budget.take(1));
        assertFalse(budget.take(1));
    }

    @Test
    void fewRequestsWait() throws Exception {
        SharedBudget budget = new SharedBudget(10, LONG);
        assertTrue(budget.take(10));
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (int i = 1; i <= SharedBudget.MAX_WAITING; i++) {
            waiting.add(await(budget, 10, i));
        }
        assertFalse(budget.await(10));
        for (CompletableFuture<Boolean> one : waiting) {
            budget.giveBack(10);
            assertTrue(one.get(LONG.toSeconds(), TimeUnit.SECONDS));
        }
    }

    @Test
    void holdersAreNotifiedUntilTheyAreRemoved() {
        SharedBudget budget = new SharedBudget(10);
        List<Long> calls = new ArrayList<>();
        budget.watch(calls::add);
        budget.notifyHolders(1);
        MemoryBudget.Holder other = now -> calls.add(-now);
        budget.watch(other);
        budget.unwatch(other);
        budget.notifyHolders(2);
        assertEquals(List.of(1L, 2L), calls);
    }

    @Test
    void aBodyOfTheLongestLengthFitsBesideOthers() {
        SharedMemory memory = SharedMemory.ofHeap(100 << 20);
        assertTrue(memory.bodies().take(memory.longestBody()));
        assertTrue(memory.bodies().take(memory.longestBody() / 5));
        assertFalse(memory.bodies().take(memory.longestBody() / 5));
    }

    private static CompletableFuture<Boolean> await(SharedBudget budget, long bytes, int place) {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(budget.await(bytes));
            } catch (InterruptedException e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        Eventually.await("it waits", () -> budget.waiting() == place);
        return result;
    }
}
