package metaservice.launcher.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardedTest {

    @Test
    void nextStepRunsAfterAFailure() {
        List<String> run = new ArrayList<>();
        Guarded.run("do the first", () -> {
            run.add("first");
            throw new StackOverflowError();
        });
        Guarded.run("do the second", () -> {
            run.add("second");
            throw new java.io.IOException("no");
        });
        Guarded.run("do the third", () -> run.add("third"));
        assertEquals(List.of("first", "second", "third"), run);
    }

    @Test
    void interruptStatusIsKept() {
        Guarded.run("wait", () -> {
            throw new InterruptedException();
        });
        assertTrue(Thread.interrupted());
    }
}
