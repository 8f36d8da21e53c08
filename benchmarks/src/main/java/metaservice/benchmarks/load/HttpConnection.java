package metaservice.benchmarks.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * A connection that stays open, for one request at a time. It costs less processor time than the client of the JDK, which
 * would compete with the measured server. Used by one thread.
 */
final class HttpConnection implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final URI server;
    private final Socket socket = new Socket();
    private final InputStream in;

    /** Opens a connection. */
    HttpConnection(URI server) throws IOException {
        this.server = server;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), (int) TIMEOUT.toMillis());
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /** An answer. */
    record Response(int status, String body) {}

    /** Sends a request without markers and reads its answer. */
    Response send(Call call) throws IOException {
        byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
        String head = call.method() + " " + server.getRawPath() + call.path() + " HTTP/1.1\r\nHost: "
                + server.getAuthority() + "\r\nContent-Length: " + body.length + "\r\n\r\n";
        ByteArrayOutputStream request = new ByteArrayOutputStream(head.length() + body.length);
        request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        socket.getOutputStream().write(request.toByteArray());
        return read();
    }

    private Response read() throws IOException {
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        int length = 0;
        boolean chunked = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(Locale.ROOT).replace(" ", "");
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(header.indexOf(':') + 1));
            } else if (header.equals("transfer-encoding:chunked")) {
                chunked = true;
            }
        }
        byte[] body = chunked ? chunks() : exactly(length);
        return new Response(status, new String(body, StandardCharsets.UTF_8));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length;
        do {
            length = Integer.parseInt(line().strip(), 16);
            body.writeBytes(exactly(length));
            line();
        } while (length > 0);
        return body.toByteArray();
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the server closed the connection within an answer");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
