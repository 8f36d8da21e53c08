package metaservice.kit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;

/**
 * Passes the launcher's sockets to the driver, which creates its socket factory by the name of the class, with one text as
 * argument and with the class loader of the service. The text is the key of what is registered here while the driver
 * connects. Public because the driver creates it. Thread-safe.
 */
public final class LauncherSockets extends SocketFactory {

    private static final Map<String, Sockets> REGISTERED = new ConcurrentHashMap<>();
    private static final AtomicLong LAST_KEY = new AtomicLong();

    private final Sockets sockets;

    /**
     * Called by the driver.
     *
     * @param key as {@link #register} returned it
     */
    public LauncherSockets(String key) {
        sockets = Objects.requireNonNull(REGISTERED.get(key), "nothing is registered for " + key);
    }

    /** Creates sockets, which the driver then connects. */
    @FunctionalInterface
    interface Sockets {
        Socket create() throws IOException;
    }

    /** Makes sockets available to the driver; returns their key. */
    static String register(Sockets factory) {
        String key = Long.toString(LAST_KEY.incrementAndGet());
        REGISTERED.put(key, factory);
        return key;
    }

    /** Ends what {@link #register} began. A connection that is open keeps its sockets. */
    static void unregister(String key) {
        REGISTERED.remove(key);
    }

    @Override
    public Socket createSocket() throws IOException {
        return sockets.create();
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw unsupported();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw unsupported();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw unsupported();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw unsupported();
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("the driver connects its sockets itself");
    }
}
