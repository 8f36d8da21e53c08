package metaservice.kit.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import metaservice.kit.Dialect;
import metaservice.kit.Route;

/**
 * What the document of an API is made of, beyond what {@link ServiceDocs} says of the service itself.
 *
 * @param texts the version's {@code api.json}: {@code info}, {@code parameters} of paths by name, and recorded
 *     {@code examples} by the name of their shape
 * @param dialect how the version words its answers
 * @param routes the version's table of routes
 * @param tags the groups of routes, in the order in which readers see them, and what they hold
 * @param docs what is to be said of each route, by its method and path with a space between them; routes that the
 *     version does not have may be among them
 * @param shapes the JSON values that docs speak of
 */
public record ApiDescription(
        JsonNode texts,
        Dialect dialect,
        List<Route> routes,
        Map<String, String> tags,
        Map<String, Doc> docs,
        List<Shape> shapes) {

    /**
     * Describes an API with the texts of the file {@code api.json}.
     *
     * @param version a class in whose package the file is
     */
    public static ApiDescription of(
            Class<?> version,
            Dialect dialect,
            List<Route> routes,
            Map<String, String> tags,
            Map<String, Doc> docs,
            List<Shape> shapes) {
        return new ApiDescription(texts(version), dialect, routes, tags, docs, shapes);
    }

    private static JsonNode texts(Class<?> version) {
        try (InputStream file = version.getResourceAsStream("api.json")) {
            if (file == null) {
                throw new IllegalStateException("there is no api.json beside " + version);
            }
            return JsonMapper.builder().build().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException("api.json beside " + version + " cannot be read", e);
        }
    }

    /**
     * One of the texts.
     *
     * @param kind the member of the texts that has all of its kind
     * @throws IllegalStateException if there is none
     */
    JsonNode required(String kind, String name) {
        JsonNode found = texts.path(kind).path(name);
        if (found.isMissingNode()) {
            throw new IllegalStateException("api.json has nothing for " + name + " in its " + kind);
        }
        return found;
    }
}
