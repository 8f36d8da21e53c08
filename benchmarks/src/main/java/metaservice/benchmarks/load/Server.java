package metaservice.benchmarks.load;

import java.net.URI;
import java.util.Optional;

/**
 * A running metadata service that is measured.
 *
 * @param address where it listens
 * @param data the rows in its database
 * @param process its process id, if the benchmark started it
 */
record Server(URI address, TestData data, Optional<Long> process) {}
