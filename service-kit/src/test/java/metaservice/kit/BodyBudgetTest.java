package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private static final int FREE = 16 * 1024;

    @Test
    void takesOnlyWhatIsLeftAndGetsItBack() {
        BodyBudget budget = new BodyBudget(10);
        assertTrue(budget.take(FREE, 7));
        assertFalse(budget.take(FREE, 4));
        assertTrue(budget.take(FREE, 3));
        budget.giveBack(FREE + 7);
        assertTrue(budget.take(FREE, 7));
    }

    @Test
    void shortBodiesAreFree() {
        BodyBudget budget = new BodyBudget(0);
        assertTrue(budget.take(0, FREE));
        assertFalse(budget.take(FREE, 1));
    }

    @Test
    void bodyThatGrewOverTheFreePartGivesBackWhatItTook() {
        BodyBudget budget = new BodyBudget(2);
        assertTrue(budget.take(FREE - 1, 3));
        assertFalse(budget.take(FREE, 1));
        budget.giveBack(FREE + 2);
        assertTrue(budget.take(FREE, 2));
    }

    @Test
    void oneBodyOfTheGreatestLengthFitsWhateverTheMemory() {
        assertTrue(BodyBudget.of(Integer.MAX_VALUE).take(0, Integer.MAX_VALUE));
    }
}
