package metaservice.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listens on an address and forwards its connections to a port of the loopback address, until it is closed. */
final class Forwarder implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Thread acceptor;

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
            start(() -> copy(client, server));
            start(() -> copy(server, client));
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
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
