package metaservice.conformance;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One connection to a service. It is kept alive between requests and reopened when the service has closed it.
 *
 * <p>Implements HTTP/1.1 itself and sends the request line byte for byte, because the contract has paths such as
 * {@code //flows}, which ordinary clients normalize or refuse. For one thread.
 */
public final class HttpConnection implements AutoCloseable {

    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final Set<String> METHODS_WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private final String host;
    private final int port;
    private final String prefix;
    private final Duration timeout;
    private Optional<OpenConnection> connection = Optional.empty();

    /**
     * Does not connect yet.
     *
     * @param base {@code http://host:port}, optionally with a path that is put before the path of every request
     * @param timeout limit for connecting, and for each read of an answer
     */
    public HttpConnection(URI base, Duration timeout) {
        if (!"http".equals(base.getScheme()) || base.getHost() == null) {
            throw new IllegalArgumentException("base URL '" + base + "': expected http://host:port");
        }
        this.host = base.getHost();
        this.port = base.getPort() < 0 ? 80 : base.getPort();
        this.prefix = base.getRawPath().replaceAll("/+$", "");
        this.timeout = timeout;
    }

    /**
     * Sends a request and reads the whole answer. If the service has closed a reused connection before the first byte of
     * an answer, the request is sent once more on a new connection.
     *
     * @throws IOException if there is no connection or no complete answer within the timeout
     */
    public Answer send(Request request) throws IOException {
        byte[] message = message(request);
        boolean reused = connection.isPresent();
        try {
            return exchange(request.method(), message);
        } catch (ClosedBeforeAnswerException e) {
            if (!reused) {
                throw e;
            }
            return exchange(request.method(), message);
        }
    }

    /**
     * Sends all requests before it reads the first answer. Unlike {@link #send} it never repeats a request, so that a lost
     * request is always reported as an exception.
     *
     * @return the answers, in the order of the requests
     * @throws IOException if there is no connection, or an answer is incomplete or exceeds the timeout
     */
    public List<Answer> pipeline(List<Request> requests) throws IOException {
        try {
            OpenConnection open = connection.isPresent() ? connection.get() : OpenConnection.open(host, port, timeout);
            connection = Optional.of(open);
            ByteArrayOutputStream messages = new ByteArrayOutputStream();
            requests.forEach(request -> messages.writeBytes(message(request)));
            open.write(messages.toByteArray());
            List<Answer> answers = new ArrayList<>();
            for (Request request : requests) {
                answers.add(open.read(request.method()));
            }
            if (!open.staysOpen) {
                close();
            }
            return answers;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        connection.ifPresent(OpenConnection::close);
        connection = Optional.empty();
    }

    private Answer exchange(String method, byte[] message) throws IOException {
        try {
            OpenConnection open = connection.isPresent() ? connection.get() : OpenConnection.open(host, port, timeout);
            connection = Optional.of(open);
            open.write(message);
            Answer answer = open.read(method);
            if (!open.staysOpen) {
                close();
            }
            return answer;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private byte[] message(Request request) {
        String target = prefix + request.target();
        if (target.chars().anyMatch(c -> c == '\r' || c == '\n')) {
            throw new IllegalArgumentException("a line break in the address would end the request line: " + target);
        }
        Optional<byte[]> body = request.payload();
        StringBuilder head = new StringBuilder();
        head.append(request.method()).append(' ').append(target).append(" HTTP/1.1\r\n");
        headers(request, body)
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append("\r\n");
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        body.ifPresent(message::writeBytes);
        return message.toByteArray();
    }

    private Map<String, String> headers(Request request, Optional<byte[]> body) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Host", host + ":" + port);
        headers.put("Accept-Encoding", "identity");
        if (body.isPresent()) {
            headers.put("Content-Type", "application/json");
        }
        if (body.isPresent() || METHODS_WITH_BODY.contains(request.method())) {
            headers.put(
                    "Content-Length",
                    Integer.toString(body.map(bytes -> bytes.length).orElse(0)));
        }
        headers.putAll(request.headers());
        return headers;
    }

    /** The service closed the connection before the first byte of an answer; on a reused connection that is allowed. */
    private static final class ClosedBeforeAnswerException extends IOException {
        ClosedBeforeAnswerException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** An open socket and the position in reading from it. */
    private static final class OpenConnection {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private boolean staysOpen = true;
        private int answers;

        private OpenConnection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        static OpenConnection open(String host, int port, Duration timeout) throws IOException {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
                socket.connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
                return new OpenConnection(socket);
            } catch (IOException e) {
                socket.close();
                throw new IOException("no connection to " + host + ":" + port + ": " + e.getMessage(), e);
            }
        }

        void write(byte[] message) throws IOException {
            try {
                out.write(message);
                out.flush();
            } catch (IOException e) {
                // The answer to a body that is too long may still be readable, so it is read first.
                if (in.available() == 0) {
                    throw new ClosedBeforeAnswerException(closed("while sending"), e);
                }
                staysOpen = false;
            }
        }

        Answer read(String method) throws IOException {
            int status = status();
            Map<String, String> headers = readHeaders();
            while (status >= 100 && status < 200) {
                status = status();
                headers = readHeaders();
            }
            if ("close".equalsIgnoreCase(headers.get("Connection"))) {
                staysOpen = false;
            }
            boolean withoutBody = method.equals("HEAD") || status == 204 || status == 304;
            byte[] body = withoutBody ? new byte[0] : readBody(headers);
            answers++;
            return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
        }

        /** A service that has answered on a connection, and not said that it closes it, has promised more. */
        private String closed(String when) {
            String which = !staysOpen ? "expiring" : answers > 0 ? "kept" : "new";
            return "the " + which + " connection was closed " + when;
        }

        private int status() throws IOException {
            String text = statusLine();
            String[] parts = text.split(" ", 3);
            if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("\\d{3}")) {
                throw new ProtocolException("not a status line: '" + text + "'");
            }
            if (parts[0].equals("HTTP/1.0")) {
                staysOpen = false;
            }
            return Integer.parseInt(parts[1]);
        }

        private String statusLine() throws IOException {
            in.mark(1);
            try {
                if (in.read() < 0) {
                    throw new EOFException("end of stream");
                }
            } catch (EOFException | SocketException e) {
                throw new ClosedBeforeAnswerException(closed("before the answer"), e);
            }
            in.reset();
            return readLine();
        }

        private Map<String, String> readHeaders() throws IOException {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String text = readLine(); !text.isEmpty(); text = readLine()) {
                int colon = text.indexOf(':');
                if (colon < 1) {
                    throw new ProtocolException("not a header: '" + text + "'");
                }
                headers.merge(
                        text.substring(0, colon), text.substring(colon + 1).strip(), (one, two) -> one + ", " + two);
            }
            return headers;
        }

        private byte[] readBody(Map<String, String> headers) throws IOException {
            if ("chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"))) {
                return readChunks();
            }
            if (headers.containsKey("Content-Length")) {
                return readExactly(parseLength(headers.get("Content-Length"), 10));
            }
            staysOpen = false;
            return in.readAllBytes();
        }

        private byte[] readChunks() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                body.writeBytes(readExactly(size));
                if (!readLine().isEmpty()) {
                    throw new ProtocolException("a chunk is longer than its announced size");
                }
            }
            readHeaders(); // trailers
            return body.toByteArray();
        }

        private int chunkSize() throws IOException {
            String text = readLine();
            int extension = text.indexOf(';');
            return parseLength(extension < 0 ? text : text.substring(0, extension), 16);
        }

        private static int parseLength(String text, int radix) throws IOException {
            try {
                return Integer.parseUnsignedInt(text.strip(), radix);
            } catch (NumberFormatException e) {
                throw new IOException("not a length: '" + text + "'", e);
            }
        }

        private byte[] readExactly(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
            }
            return bytes;
        }

        private String readLine() throws IOException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException("the answer ended within a line");
                }
                if (text.size() > MAX_LINE_BYTES) {
                    throw new ProtocolException("a line of more than " + MAX_LINE_BYTES + " bytes");
                }
                text.write(b);
            }
            return text.toString(StandardCharsets.ISO_8859_1).stripTrailing();
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // A failed close changes nothing: the caller already has the answer or an exception.
                staysOpen = false;
            }
        }
    }
}
