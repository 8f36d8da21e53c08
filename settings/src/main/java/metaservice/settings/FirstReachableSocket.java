package metaservice.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A socket that tries all addresses of the host it connects to, like libpq. {@link Socket} tries only the first, and
 * the driver passes only the first. A socket that could not connect cannot be used again, so this one passes all calls
 * to another one, which it replaces for each address. For one thread until it is connected.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the other socket synchronizes its methods itself
class FirstReachableSocket extends Socket {

    /** Longest wait for each address except the last one. A round trip around the world takes less than half a second. */
    private static final Duration ADDRESS_TIMEOUT = Duration.ofSeconds(2);

    /**
     * The address that accepted the last connection, by host and port. It is tried first, because a dead address that
     * drops packets would delay every connection.
     */
    private static final Map<String, InetAddress> LAST_REACHED = new ConcurrentHashMap<>();

    private final Sockets sockets;
    private final Resolver resolver;
    private volatile Socket socket;

    /** @param sockets makes the sockets, which are not connected */
    FirstReachableSocket(Sockets sockets) throws IOException {
        this(sockets, InetAddress::getAllByName);
    }

    /** The same with another source of addresses, for tests. */
    FirstReachableSocket(Sockets sockets, Resolver resolver) throws IOException {
        this.sockets = sockets;
        this.resolver = resolver;
        this.socket = sockets.create();
    }

    /** Makes sockets. */
    interface Sockets {
        Socket create() throws IOException;
    }

    /** Returns all addresses of a host, at least one. */
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    /**
     * Connects to the first address that accepts the connection. The exception is that of the first address; those of
     * the others are suppressed exceptions of it.
     *
     * @param timeout longest wait in milliseconds for all addresses together; 0: for as long as the system waits
     */
    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        if (!(endpoint instanceof InetSocketAddress host) || host.isUnresolved()) {
            socket.connect(endpoint, timeout);
            return;
        }
        List<InetAddress> addresses = addresses(host);
        if (addresses.size() == 1) {
            socket.connect(new InetSocketAddress(addresses.get(0), host.getPort()), timeout);
        } else {
            connectToOne(host, addresses, timeout);
        }
    }

    private void connectToOne(InetSocketAddress host, List<InetAddress> addresses, int timeout) throws IOException {
        long begin = System.nanoTime();
        List<IOException> failures = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            InetAddress address = addresses.get(i);
            try {
                if (i > 0) {
                    replaceSocket();
                }
                socket.connect(
                        new InetSocketAddress(address, host.getPort()), limit(timeout, begin, addresses.size() - i));
                LAST_REACHED.put(host.getHostString() + ":" + host.getPort(), address);
                return;
            } catch (IOException e) {
                failures.add(e);
            }
        }
        IOException first = failures.get(0);
        failures.stream().skip(1).forEach(first::addSuppressed);
        throw first;
    }

    /** The addresses of the host in the order of the system, the one that was reached last in front. */
    private List<InetAddress> addresses(InetSocketAddress host) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>(List.of(resolver.addresses(host.getHostString())));
        InetAddress reached = LAST_REACHED.get(host.getHostString() + ":" + host.getPort());
        if (reached != null && addresses.remove(reached)) {
            addresses.add(0, reached);
        }
        return addresses;
    }

    /**
     * The longest wait for the next address in milliseconds.
     *
     * @param addresses number of addresses that are left, 1 or more; each gets its share of the time that is left
     */
    private static int limit(int timeout, long begin, int addresses) throws SocketTimeoutException {
        long most = addresses == 1 ? Integer.MAX_VALUE : ADDRESS_TIMEOUT.toMillis();
        if (timeout == 0) {
            return addresses == 1 ? 0 : (int) most;
        }
        long share = (timeout - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)) / addresses;
        if (share <= 0) {
            throw new SocketTimeoutException("Connect timed out");
        }
        return (int) Math.min(share, most);
    }

    /** Options that were set before are lost; the driver sets them after the connection. */
    private void replaceSocket() throws IOException {
        socket.close();
        socket = sockets.create();
    }

    @Override
    public void bind(SocketAddress local) throws IOException {
        socket.bind(local);
    }

    @Override
    public InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public int getLocalPort() {
        return socket.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return socket.getLocalSocketAddress();
    }

    @Override
    public SocketChannel getChannel() {
        return socket.getChannel();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        socket.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return socket.getTcpNoDelay();
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        socket.setSoLinger(on, linger);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return socket.getSoLinger();
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        socket.sendUrgentData(data);
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        socket.setOOBInline(on);
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return socket.getOOBInline();
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        socket.setSoTimeout(timeout);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        socket.setSendBufferSize(size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return socket.getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        socket.setReceiveBufferSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return socket.getReceiveBufferSize();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        socket.setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return socket.getKeepAlive();
    }

    @Override
    public void setTrafficClass(int trafficClass) throws SocketException {
        socket.setTrafficClass(trafficClass);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return socket.getTrafficClass();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        socket.setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return socket.getReuseAddress();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    @Override
    public void shutdownInput() throws IOException {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public boolean isBound() {
        return socket.isBound();
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        socket.setPerformancePreferences(connectionTime, latency, bandwidth);
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
        socket.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return socket.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return socket.supportedOptions();
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
