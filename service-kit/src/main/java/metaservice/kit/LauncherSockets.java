package metaservice.kit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Passes the launcher's sockets to the driver, which creates its socket factory by the name of the class and with the
 * class loader of the service. The launcher's factory is therefore static here: each service has a copy of this class.
 * Public because the driver creates it. Thread-safe.
 */
public final class LauncherSockets extends SocketFactory {

    private static volatile SocketFactory launcher = SocketFactory.getDefault();

    /** Called by the driver. */
    public LauncherSockets() {}

    /** Sets the factory for all connections that are opened from now on. */
    static void use(SocketFactory factory) {
        launcher = factory;
    }

    @Override
    public Socket createSocket() throws IOException {
        return launcher.createSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return launcher.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return launcher.createSocket(host, port, localHost, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return launcher.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return launcher.createSocket(address, port, localAddress, localPort);
    }
}
