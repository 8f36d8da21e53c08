package metaservice.tools.rehearse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * An answer of the metadata service. Keeps its body compressed, because all answers before an upgrade are kept until it is over,
 * and nothing of a body that is longer than 4 MiB. Immutable.
 */
final class Answer {

    /** Longest body that is kept, in bytes. */
    static final int LONGEST = 4 << 20;

    private static final JsonMapper JSON = new JsonMapper();

    private final int status;
    private final byte[] body;
    private final boolean tooLong;

    private Answer(int status, byte[] body, boolean tooLong) {
        this.status = status;
        this.body = body;
        this.tooLong = tooLong;
    }

    /** Reads a body to its end, or until it is too long; does not close it. */
    static Answer read(int status, InputStream body) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            byte[] buffer = new byte[1 << 14];
            int total = 0;
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                total += read;
                if (total > LONGEST) {
                    return new Answer(status, new byte[0], true);
                }
                out.write(buffer, 0, read);
            }
        }
        return new Answer(status, compressed.toByteArray(), false);
    }

    /** HTTP status. */
    int status() {
        return status;
    }

    /** Whether the body was too long to be kept. */
    boolean isTooLong() {
        return tooLong;
    }

    /** Whether the service has no such route. */
    boolean isUnknownRoute() {
        return status == 404 || status == 405;
    }

    /** The body as JSON; a missing node if it is none, or was too long. */
    JsonNode json() {
        if (tooLong) {
            return MissingNode.getInstance();
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return JSON.readTree(in);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        } catch (IOException e) {
            throw new UncheckedIOException("a body in memory cannot be read", e);
        }
    }
}
