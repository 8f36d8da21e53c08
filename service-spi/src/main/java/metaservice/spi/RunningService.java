package metaservice.spi;

import io.undertow.server.HttpHandler;
import java.util.List;

/** A started service version. Thread-safe. */
public interface RunningService extends AutoCloseable {

    /**
     * The handler of the service's whole HTTP API. The launcher calls it on an I/O thread; the handler itself moves blocking
     * work to a worker thread. Returns the same object on each call.
     */
    HttpHandler handler();

    /** Prefix of all paths of the API; empty, or begins with a slash and does not end with one. */
    default String pathPrefix() {
        return "";
    }

    /**
     * Requests for the warm-up. The launcher may send each of them any number of times before it admits clients. Together
     * they run most of the code that requests of clients run.
     */
    default List<SampleRequest> samples() {
        return List.of();
    }

    /**
     * Checks whether the service and its database work. Blocks for at most a few seconds and never throws.
     */
    Health health();

    /**
     * Releases everything that the service opened: connections, threads, drivers. Called once, after the last request was
     * answered. Never throws.
     */
    @Override
    void close();
}
