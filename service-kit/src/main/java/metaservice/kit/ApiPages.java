package metaservice.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pages that show the API: Swagger UI and the OpenAPI document. All links are relative, so the pages work behind any
 * path prefix. All files come from the service's jar, and the content security policy forbids other sources. Only files
 * of a fixed list are served.
 */
public final class ApiPages {

    private static final String ROOT = "/api/doc";

    /** The files of the page and their content types. */
    private static final Map<String, String> TYPES = Map.of(
            "swagger-ui.css", "text/css; charset=utf-8",
            "swagger-ui-bundle.js", "text/javascript; charset=utf-8",
            "swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8",
            "favicon-32x32.png", "image/png",
            "start.js", "text/javascript; charset=utf-8");

    /** Swagger UI sets styles from its script, and its style sheet contains its icons as data URLs. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private ApiPages() {}

    /**
     * The given routes, followed by the routes of the pages.
     *
     * @param document the OpenAPI document; the caller must not change it afterwards
     */
    public static List<Route> with(List<Route> routes, byte[] document) {
        List<Route> all = new ArrayList<>(routes);
        all.add(Route.get(ROOT, request -> page()));
        all.add(Route.get(ROOT + "/{file}", ApiPages::file));
        all.add(Route.get(ROOT + "/swagger.json", request -> document(document)));
        return List.copyOf(all);
    }

    private static Answer page() {
        return Answer.file("text/html; charset=utf-8", read("index.html"))
                .with("Cache-Control", "no-cache")
                .with("Content-Security-Policy", POLICY)
                .with("X-Content-Type-Options", "nosniff")
                .with("Referrer-Policy", "no-referrer");
    }

    private static Answer document(byte[] document) {
        return Answer.file("application/json; charset=utf-8", document).with("Cache-Control", "no-cache");
    }

    private static Answer file(Request request) {
        String name = request.path("file");
        return Optional.ofNullable(TYPES.get(name))
                .map(type -> Answer.file(type, read(name))
                        .with("Cache-Control", "public, max-age=3600")
                        .with("X-Content-Type-Options", "nosniff"))
                .orElseGet(() -> Answer.message(404, "file: the page has no file " + name));
    }

    private static byte[] read(String name) {
        try (InputStream file = ApiPages.class.getResourceAsStream("api-doc/" + name)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name + " in the service's jar", e);
        }
    }
}
