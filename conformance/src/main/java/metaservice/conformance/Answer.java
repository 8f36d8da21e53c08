package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a service answered.
 *
 * @param status HTTP status
 * @param headers by name, whatever its case; the values of a repeated header are joined with a comma
 * @param text the body read as UTF-8
 */
public record Answer(int status, Map<String, String> headers, String text) {

    /** Makes the names of headers the same in any case. */
    public Answer {
        Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(headers);
        headers = Collections.unmodifiableMap(anyCase);
    }

    /** The value of one header, empty if it was not sent. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** JSON if the text is an object, array, string or null, otherwise {@code {"text": …}}. */
    public JsonNode body() {
        return Json.body(text);
    }
}
