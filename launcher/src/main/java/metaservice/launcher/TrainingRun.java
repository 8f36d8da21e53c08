package metaservice.launcher;

import java.util.ArrayList;
import java.util.List;
import metaservice.launcher.service.IsolatedService;
import metaservice.launcher.service.PauseWhileBusy;
import metaservice.launcher.service.WarmUp;
import metaservice.spi.ServiceStartException;

/**
 * Starts like {@link Main}, sends the services their sample requests, and ends. With the option {@code
 * -XX:ArchiveClassesAtExit} the virtual machine then writes the classes to an archive, see {@code lib/make-archive.sh}.
 */
public final class TrainingRun {

    /** Keeps the class loaders of the services reachable, because the archive does not contain unloaded classes. */
    private static final List<IsolatedService> USED = new ArrayList<>();

    private TrainingRun() {}

    /** Takes the options of {@link Main} and exits with its codes. */
    public static void main(String[] args) {
        System.exit(Main.run(System.out, System.err, args, System.getenv(), TrainingRun::use));
    }

    private static void use(Launcher launcher, StopSignal stop) throws StartFailedException {
        try {
            for (IsolatedService service : launcher.serving()) {
                WarmUp.run(service, PauseWhileBusy.NEVER);
                USED.add(service);
            }
        } catch (ServiceStartException e) {
            throw new StartFailedException(e.getMessage(), e);
        }
    }
}
