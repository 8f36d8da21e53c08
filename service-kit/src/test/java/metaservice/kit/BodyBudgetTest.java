package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    @Test
    void whatIsTakenIsNotThereUntilItIsGivenBack() {
        BodyBudget budget = new BodyBudget(10);
        assertTrue(budget.take(7));
        assertFalse(budget.take(4));
        assertTrue(budget.take(3));
        budget.giveBack(7);
        assertTrue(budget.take(7));
    }

    @Test
    void aBodyOfTheGreatestLengthAlwaysFits() {
        assertTrue(BodyBudget.of(Integer.MAX_VALUE).take(Integer.MAX_VALUE));
    }
}
