package metaservice.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer to bytes that need not be valid HTTP. The bytes are sent while the answer is read, so that neither side blocks
 * the other; then the sending half of the connection is closed.
 *
 * @param text all received bytes, one character for each byte
 * @param ended whether the service ended the connection within the deadline
 * @param took time from the connection to its end
 */
record RawExchange(String text, boolean ended, Duration took) {

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");

    private static final int LONGEST_MESSAGE = 1000;

    /** Writes a request until it is complete or the service closes the connection. */
    @FunctionalInterface
    interface Sender {
        void sendTo(Socket socket) throws IOException;
    }

    /** Sends these bytes. */
    static RawExchange of(URI service, byte[] request, Duration deadline) throws IOException {
        return of(
                service,
                socket -> {
                    socket.getOutputStream().write(request);
                    socket.shutdownOutput();
                },
                deadline);
    }

    /** Sends the bytes that the sender writes, in a separate thread. */
    static RawExchange of(URI service, Sender sender, Duration deadline) throws IOException {
        long begin = System.nanoTime();
        long end = begin + deadline.toNanos();
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(service.getHost(), service.getPort()), Math.toIntExact(deadline.toMillis()));
            Thread sending = new Thread(() -> send(sender, socket), "raw-exchange");
            sending.setDaemon(true);
            sending.start();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            boolean ended = readUntil(socket, answer, end);
            return new RawExchange(
                    answer.toString(StandardCharsets.ISO_8859_1), ended, Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    /** The statuses of all answers, in their order. */
    List<Integer> statuses() {
        return STATUS_LINE
                .matcher(text)
                .results()
                .map(result -> Integer.valueOf(result.group(1)))
                .toList();
    }

    /** The received part of the body of the first answer; empty if there is none. */
    String body() {
        Matcher head = Pattern.compile("\r\n\r\n").matcher(text);
        return head.find() ? text.substring(head.end()) : "";
    }

    /** The first bytes of the answer and its length, for messages. */
    String start() {
        return text.length() < LONGEST_MESSAGE
                ? text
                : text.substring(0, LONGEST_MESSAGE) + "... (" + text.length() + " bytes)";
    }

    private static void send(Sender sender, Socket socket) {
        try {
            sender.sendTo(socket);
        } catch (IOException e) {
            // The service closed the connection; the other thread still reads the answer.
            Thread.currentThread().interrupt();
        }
    }

    private static boolean readUntil(Socket socket, ByteArrayOutputStream answer, long end) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[64 * 1024];
        while (true) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            socket.setSoTimeout(Math.toIntExact(millis));
            try {
                int read = in.read(buffer);
                if (read < 0) {
                    return true;
                }
                answer.write(buffer, 0, read);
            } catch (SocketTimeoutException e) {
                return false;
            } catch (SocketException e) {
                return true; // a reset also ends the connection
            }
        }
    }
}
