package metaservice.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.util.Map;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Sockets that notice within a minute that the other side is gone, where the system can do that, although nothing is sent
 * for hours: while an index is being built. The system's own default is two hours. Public, because the driver makes it by
 * its name.
 */
public final class KeepAliveSocketFactory extends SocketFactory {

    /** Seconds of silence before the first question, seconds between two, and how many may stay without an answer. */
    private static final Map<SocketOption<Integer>, Integer> QUESTIONS = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 30,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

    @Override
    public Socket createSocket() throws IOException {
        Socket socket = new Socket();
        for (Map.Entry<SocketOption<Integer>, Integer> question : QUESTIONS.entrySet()) {
            if (socket.supportedOptions().contains(question.getKey())) {
                socket.setOption(question.getKey(), question.getValue());
            }
        }
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw alreadyConnected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw alreadyConnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw alreadyConnected();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw alreadyConnected();
    }

    private static UnsupportedOperationException alreadyConnected() {
        return new UnsupportedOperationException("the driver connects its sockets itself");
    }
}
