package metaservice.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import metaservice.migrations.Node;

/** The description of this process for the list of nodes. Thread-safe. */
final class ThisNode implements Supplier<Node> {

    private static final Path LINUX_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final String id = String.format("%016x", ThreadLocalRandom.current().nextLong());
    private final Instant started = now();
    private final ServicesOfProcess services;

    ThisNode(ServicesOfProcess services) {
        this.services = services;
    }

    @Override
    public Node get() {
        return new Node(id, Constants.HOST, Constants.IMAGE_VERSION, services(), started, now());
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private List<Node.Service> services() {
        return services.served().stream()
                .map(kind -> new Node.Service(
                        kind.kind().name(),
                        kind.supervisor().servingVersion().map(Object::toString),
                        kind.supervisor().swapState()))
                .toList();
    }

    /** Read at the first use, which is after the start. */
    private static final class Constants {
        static final String HOST = hostName();
        static final String IMAGE_VERSION = BuildFacts.read().version();

        private static String hostName() {
            try {
                // The way of the platform also asks the name server, which may take long.
                return Files.isReadable(LINUX_HOST_NAME)
                        ? Files.readString(LINUX_HOST_NAME).strip()
                        : InetAddress.getLocalHost().getHostName();
            } catch (IOException e) {
                return "unknown";
            }
        }
    }
}
