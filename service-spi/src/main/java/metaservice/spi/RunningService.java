package metaservice.spi;

import io.undertow.server.HttpHandler;
import java.util.List;

/** A started service version. Thread-safe. */
public interface RunningService extends AutoCloseable {

    /**
     * The service's whole HTTP API. It is called on an I/O thread, and it moves blocking work to a worker thread
     * itself. The same object for the life of the service.
     */
    HttpHandler handler();

    /** What all paths of the API begin with; empty, or begins with a slash and does not end with one. */
    default String pathPrefix() {
        return "";
    }

    /**
     * Requests that a launcher may send, any number of times, before it lets clients in. Together they run most of what
     * the requests of clients run.
     */
    default List<SampleRequest> samples() {
        return List.of();
    }

    /**
     * Asks the service whether it can do its work, its database included. Blocks for at most a few seconds and never
     * throws.
     */
    Health health();

    /**
     * Releases everything the service opened: connections, threads, drivers. Called once, after the last request was
     * answered. Never throws.
     */
    @Override
    void close();
}
