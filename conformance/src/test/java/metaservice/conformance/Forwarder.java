package metaservice.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listens on an address and forwards its connections to a port of the loopback address, until it is closed. */
final class Forwarder implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Thread acceptor;
    private final Set<Socket> silent = ConcurrentHashMap.newKeySet();
    private volatile boolean silencesNew;

    private Forwarder(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
        this.acceptor = start(this::acceptAll);
    }

    /**
     * Starts to listen.
     *
     * @param port to listen on; 0 means any free one
     */
    static Forwarder listen(String address, int port, int target) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.bind(new InetSocketAddress(address, port));
        return new Forwarder(listener, target);
    }

    int port() {
        return listener.getLocalPort();
    }

    /**
     * Discards, from now on, what arrives on the connections that are open, as a firewall does that has forgotten them.
     *
     * @param newOnes whether new connections, which are still accepted, are treated in the same way
     */
    void silence(boolean newOnes) {
        silencesNew = newOnes;
        silent.addAll(open);
    }

    /** Forwards new connections again. */
    void forwardNew() {
        silencesNew = false;
    }

    /** Closes all connections and stops listening. */
    void cut() throws IOException {
        listener.close();
        try {
            acceptor.join(); // until then the port is still in use
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        cut();
    }

    private void acceptAll() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            open.addAll(List.of(client, server));
            if (silencesNew) {
                silent.addAll(List.of(client, server));
            }
            start(() -> copy(client, server));
            start(() -> copy(server, client));
        }
    }

    private void copy(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            byte[] buffer = new byte[8192];
            for (int length = from.getInputStream().read(buffer);
                    length >= 0;
                    length = from.getInputStream().read(buffer)) {
                if (!silent.contains(from)) {
                    to.getOutputStream().write(buffer, 0, length);
                }
            }
            if (silent.contains(from)) {
                // The other side must not learn that this one has closed.
                to.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    /** Work of one thread; it ends when its sockets are closed. */
    private interface Work {
        void run() throws IOException;
    }

    private static Thread start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        return; // closed, by either side or by the test
                    }
                },
                "forwarder");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
