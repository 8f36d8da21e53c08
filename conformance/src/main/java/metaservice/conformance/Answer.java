package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The HTTP response of a service.
 *
 * @param status HTTP status
 * @param headers by name, ignoring case; the values of a repeated header are joined with a comma
 * @param text the body, decoded as UTF-8
 */
public record Answer(int status, Map<String, String> headers, String text) {

    /** Copies the headers into a map that ignores the case of names. */
    public Answer {
        Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(headers);
        headers = Collections.unmodifiableMap(anyCase);
    }

    /** The value of one header; empty if the response does not have it. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The body as JSON if it is an object, array, string or null, otherwise {@code {"text": …}}. */
    public JsonNode body() {
        return Json.body(text);
    }
}
