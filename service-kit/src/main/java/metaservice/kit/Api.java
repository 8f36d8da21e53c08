package metaservice.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The files that the build generates from a version's table of routes: the OpenAPI document, and an example body for every
 * route that reads one. Both are resources in the package of the version. Immutable.
 */
public final class Api {

    /** Name of the file with the OpenAPI document. */
    public static final String DOCUMENT_FILE = "openapi.json";

    /** Name of the file with the example bodies. A line is a route's method, a space, its path, a tab, and a JSON value. */
    public static final String BODIES_FILE = "bodies.tsv";

    private final byte[] document;
    private final Map<String, byte[]> bodies;

    private Api(byte[] document, Map<String, byte[]> bodies) {
        this.document = document;
        this.bodies = bodies;
    }

    /**
     * Reads the files.
     *
     * @param version a class in the package that has the files
     * @throws UncheckedIOException if one of them cannot be read
     */
    public static Api of(Class<?> version) {
        Map<String, byte[]> bodies = new HashMap<>();
        new String(read(version, BODIES_FILE), StandardCharsets.UTF_8).lines().forEach(line -> {
            int tab = line.indexOf('\t');
            bodies.put(line.substring(0, tab), line.substring(tab + 1).getBytes(StandardCharsets.UTF_8));
        });
        return new Api(read(version, DOCUMENT_FILE), bodies);
    }

    private static byte[] read(Class<?> version, String name) {
        try (InputStream file = version.getResourceAsStream(name)) {
            if (file == null) {
                throw new IOException("no such resource");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name + " in the package of " + version, e);
        }
    }

    /** The OpenAPI document as it is sent; callers must not change the bytes. */
    byte[] document() {
        return document;
    }

    /**
     * The example body of a route.
     *
     * @throws IllegalStateException if the route has no example
     */
    byte[] body(Route route) {
        byte[] body = bodies.get(route.toString());
        if (body == null) {
            throw new IllegalStateException(BODIES_FILE + " has no example body for " + route);
        }
        return body;
    }
}
