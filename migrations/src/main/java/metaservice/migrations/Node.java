package metaservice.migrations;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One launcher process that uses the database.
 *
 * @param id random, of this process
 * @param host name of its machine or container
 * @param imageVersion version of its build
 * @param services the kinds of service that it runs; empty if it runs the migration API only
 * @param started when it started
 * @param lastSeen when it last wrote its row, by the clock of the database server
 */
public record Node(
        String id, String host, String imageVersion, List<Service> services, Instant started, Instant lastSeen) {

    /** Copies the list. */
    public Node {
        services = List.copyOf(services);
    }

    /**
     * A kind of service in a process.
     *
     * @param kind such as {@code metadata}
     * @param version the version that serves; empty if none does
     * @param swap name of the state of its swap, such as {@code idle}
     */
    public record Service(String kind, Optional<String> version, String swap) {}
}
