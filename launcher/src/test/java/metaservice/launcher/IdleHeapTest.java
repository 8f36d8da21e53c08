package metaservice.launcher;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import metaservice.launcher.IdleHeap.Sample;
import org.junit.jupiter.api.Test;

class IdleHeapTest {

    private static final long LARGE = 200L << 20;
    private static final long SMALL = 40L << 20;

    @Test
    void largeHeapThatIsNotCollectedByItselfIsCollectedOnce() {
        Sample idle = new Sample(7, LARGE);
        assertTrue(idle.isToBeCollected(new Sample(7, LARGE), -1));
        assertFalse(new Sample(8, LARGE).isToBeCollected(new Sample(8, LARGE), 8));
        assertTrue(new Sample(9, LARGE).isToBeCollected(new Sample(9, LARGE), 8));
    }

    @Test
    void heapOfABusyProcessIsLeftAlone() {
        assertFalse(new Sample(8, LARGE).isToBeCollected(new Sample(7, LARGE), -1));
    }

    @Test
    void smallHeapIsLeftAlone() {
        assertFalse(new Sample(7, SMALL).isToBeCollected(new Sample(7, SMALL), -1));
    }
}
