package metaservice.launcher.migration;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import metaservice.migrations.UpgradeOutcome;

/** Runs at most one upgrade at a time in this process; a caller joins the one that runs. Thread-safe. */
final class SharedUpgrade {

    private final Supplier<UpgradeOutcome> upgrade;
    private CompletableFuture<UpgradeOutcome> latest = CompletableFuture.completedFuture(null);

    /** @param upgrade runs the upgrade; blocks */
    SharedUpgrade(Supplier<UpgradeOutcome> upgrade) {
        this.upgrade = upgrade;
    }

    /**
     * Starts an upgrade unless one runs, and returns its future outcome. Cancelling the future does not end the
     * upgrade.
     */
    synchronized CompletableFuture<UpgradeOutcome> startOrJoin() {
        if (latest.isDone()) {
            CompletableFuture<UpgradeOutcome> started = new CompletableFuture<>();
            Thread thread = new Thread(() -> run(started), "upgrade");
            // The end of the process does not wait for an upgrade, which may take hours; the next upgrade resumes it.
            thread.setDaemon(true);
            thread.start();
            latest = started; // after the start: if no thread can be created, the future would never complete
        }
        return latest.copy();
    }

    private void run(CompletableFuture<UpgradeOutcome> started) {
        try {
            started.complete(upgrade.get());
        } catch (RuntimeException | Error e) {
            started.completeExceptionally(e);
        }
    }
}
