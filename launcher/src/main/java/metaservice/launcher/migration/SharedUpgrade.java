package metaservice.launcher.migration;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import metaservice.migrations.UpgradeOutcome;

/** The one upgrade of this process: whoever asks for one while it runs joins it. Thread-safe. */
final class SharedUpgrade {

    private final Supplier<UpgradeOutcome> upgrade;
    private CompletableFuture<UpgradeOutcome> newest = CompletableFuture.completedFuture(null);

    /** @param upgrade does it; blocks */
    SharedUpgrade(Supplier<UpgradeOutcome> upgrade) {
        this.upgrade = upgrade;
    }

    /** What comes of the upgrade that runs, or of one that starts now. Giving up on it does not end it. */
    synchronized CompletableFuture<UpgradeOutcome> startOrJoin() {
        if (newest.isDone()) {
            CompletableFuture<UpgradeOutcome> started = new CompletableFuture<>();
            Thread thread = new Thread(() -> run(started), "upgrade");
            // A process that is asked to stop does not wait for hours; the next upgrade resumes this one.
            thread.setDaemon(true);
            thread.start();
            newest = started; // only now: one that could not be started would never end
        }
        return newest.copy();
    }

    private void run(CompletableFuture<UpgradeOutcome> started) {
        try {
            started.complete(upgrade.get());
        } catch (RuntimeException | Error e) {
            started.completeExceptionally(e);
        }
    }
}
