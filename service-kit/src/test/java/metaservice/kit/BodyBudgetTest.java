package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private static final int FREE = 16 * 1024;

    @Test
    void bytesAreTakenFromTheBudgetAndReturned() {
        BodyBudget budget = new BodyBudget(new FixedMemory.Budget(10));
        assertTrue(budget.take(FREE, 7));
        assertFalse(budget.take(FREE, 4));
        assertTrue(budget.take(FREE, 3));
        budget.giveBack(FREE + 7);
        assertTrue(budget.take(FREE, 7));
    }

    @Test
    void shortBodiesAreNotCounted() {
        BodyBudget budget = new BodyBudget(new FixedMemory.Budget(0));
        assertTrue(budget.take(0, FREE));
        assertFalse(budget.take(FREE, 1));
    }

    @Test
    void onlyTheBytesBeyondTheFreePartAreCountedAndReturned() {
        BodyBudget budget = new BodyBudget(new FixedMemory.Budget(2));
        assertTrue(budget.take(FREE - 1, 3));
        assertFalse(budget.take(FREE, 1));
        budget.giveBack(FREE + 2);
        assertTrue(budget.take(FREE, 2));
    }

    @Test
    void onlySlowBodiesThatHoldBudgetAreRefused() {
        BodyBudget budget = new BodyBudget(new FixedMemory.Budget(1 << 20));
        List<String> refused = new ArrayList<>();
        for (String name : List.of("slow", "fast", "short")) {
            IncomingBody body = new IncomingBody(0, () -> refused.add(name));
            body.grewTo(name.equals("fast") ? 10 * IncomingBody.LOWEST_RATE : name.equals("slow") ? FREE + 1 : FREE);
            budget.watch(body);
        }
        budget.refuseSlowBodies(IncomingBody.SHORTEST_TIME.toNanos() - 1);
        assertEquals(List.of(), refused);
        budget.refuseSlowBodies(IncomingBody.SHORTEST_TIME.toNanos());
        assertEquals(List.of("slow"), refused);
    }

    @Test
    void fastBodyIsRefusedAfterItStops() {
        BodyBudget budget = new BodyBudget(new FixedMemory.Budget(1 << 20));
        List<String> refused = new ArrayList<>();
        IncomingBody body = new IncomingBody(0, () -> refused.add("refused"));
        body.grewTo(10 << 20);
        budget.watch(body);
        budget.refuseSlowBodies(IncomingBody.SHORTEST_TIME.toNanos());
        assertEquals(List.of(), refused);
        budget.refuseSlowBodies(2 * IncomingBody.SHORTEST_TIME.toNanos());
        assertEquals(List.of("refused"), refused);
    }

    @Test
    void completedBodyIsNotRefused() {
        BodyBudget budget = new BodyBudget(new FixedMemory.Budget(1 << 20));
        List<String> refused = new ArrayList<>();
        IncomingBody body = new IncomingBody(0, () -> refused.add("refused"));
        body.grewTo(FREE + 1);
        budget.watch(body);
        budget.unwatch(body);
        budget.refuseSlowBodies(IncomingBody.SHORTEST_TIME.toNanos());
        assertEquals(List.of(), refused);
    }
}
