package metaservice.settings;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.util.Map;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Creates sockets with TCP keep-alive that detect a dead peer within a minute, if the system supports it, even if
 * nothing is sent for hours, for example during an index build. The default of the system is two hours. Public
 * because the driver creates it by its class name.
 */
public final class KeepAliveSocketFactory extends SocketFactory {

    /** Idle seconds before the first probe, seconds between probes, and number of probes without a response. */
    private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE_OPTIONS = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 30,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

    private final Runnable beforeRead;
    private final Runnable afterRead;

    /** Called by the driver. */
    public KeepAliveSocketFactory() {
        this(() -> {}, () -> {});
    }

    /**
     * Creates sockets that report their reads.
     *
     * @param beforeRead runs on the reading thread before each read, which may wait
     * @param afterRead runs on the same thread after it, also if it failed
     */
    public KeepAliveSocketFactory(Runnable beforeRead, Runnable afterRead) {
        this.beforeRead = beforeRead;
        this.afterRead = afterRead;
    }

    /** A socket that tries all addresses of its host. */
    @Override
    public Socket createSocket() throws IOException {
        return new FirstReachableSocket(KeepAliveSocketFactory::keptAlive) {
            @Override
            public InputStream getInputStream() throws IOException {
                return new ReportingInput(super.getInputStream());
            }
        };
    }

    /** Reports each read. */
    private final class ReportingInput extends FilterInputStream {

        ReportingInput(InputStream input) {
            super(input);
        }

        @Override
        public int read() throws IOException {
            beforeRead.run();
            try {
                return super.read();
            } finally {
                afterRead.run();
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            beforeRead.run();
            try {
                return super.read(buffer, offset, length);
            } finally {
                afterRead.run();
            }
        }
    }

    private static Socket keptAlive() throws IOException {
        Socket socket = new Socket();
        for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE_OPTIONS.entrySet()) {
            if (socket.supportedOptions().contains(option.getKey())) {
                socket.setOption(option.getKey(), option.getValue());
            }
        }
        return socket;
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
