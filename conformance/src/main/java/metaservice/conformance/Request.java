package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A recorded request.
 *
 * @param method HTTP method
 * @param path sent byte for byte, neither decoded nor normalized
 * @param query the part after the question mark, sent byte for byte; empty if the request has no question mark
 * @param body JSON to send, {@code {"raw": text}} to send the text itself, JSON null to send nothing
 * @param headers sent in addition to {@code Host}, {@code Content-Length} and the default {@code Content-Type}
 */
public record Request(String method, String path, Optional<String> query, JsonNode body, Map<String, String> headers) {

    /** Copies the headers. */
    public Request {
        headers = Map.copyOf(headers);
    }

    /** The same with references to variables replaced by their values; in path and query these are percent-encoded. */
    Request with(Variables variables) {
        return new Request(
                method, variables.inAddress(path), query.map(variables::inAddress), variables.in(body), headers);
    }

    /** Path and query in the form of the request line. */
    String target() {
        return query.map(text -> path + "?" + text).orElse(path);
    }

    /** The bytes of the body; empty if the request has no body. An empty raw text is a body of 0 bytes. */
    Optional<byte[]> payload() {
        if (body.isNull()) {
            return Optional.empty();
        }
        boolean raw = body.isObject() && body.size() == 1 && body.path("raw").isTextual();
        String text = raw ? body.get("raw").textValue() : Json.write(body);
        return Optional.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
