package metaservice.kit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The pages that show the API: Swagger UI and the document that it reads. All links are relative, so that they are right
 * behind whatever prefix; everything comes from the service itself, and the browser is told to accept nothing else. Of
 * files only those of a fixed list are served. Immutable.
 */
final class ApiPages {

    private static final String ROOT = "/api/doc";

    /** The files of the page and their types; the folder holds nothing else. */
    private static final Map<String, String> TYPES = Map.of(
            "swagger-ui.css", "text/css; charset=utf-8",
            "swagger-ui-bundle.js", "text/javascript; charset=utf-8",
            "swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8",
            "favicon-32x32.png", "image/png",
            "start.js", "text/javascript; charset=utf-8");

    /** Swagger UI sets styles from its script, and has its icons inside its dialect sheet. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; dialect-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final byte[] document;

    private ApiPages(byte[] document) {
        this.document = document;
    }

    /** The routes, and those of the pages behind them; the document describes them all. */
    static List<Route> with(List<Route> routes, String serviceVersion, Api api, Dialect dialect) {
        List<Route> all = new ArrayList<>(routes);
        all.add(Route.get(ROOT, request -> page(), Docs.PAGE));
        all.add(Route.get(ROOT + "/{file}", ApiPages::file, Docs.PAGE_FILE));
        // The document describes the route that serves it, so it is known only after that.
        List<ApiPages> pages = new ArrayList<>();
        all.add(Route.get(ROOT + "/swagger.json", request -> pages.get(0).document(), Docs.DOCUMENT));
        pages.add(new ApiPages(bytes(ApiDocument.of(serviceVersion, api, dialect, all))));
        return List.copyOf(all);
    }

    private static byte[] bytes(JsonNode document) {
        try {
            return Json.AT_START.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree in memory can always be written", e);
        }
    }

    private static Answer page() {
        return Answer.file("text/html; charset=utf-8", read("index.html"))
                .with("Cache-Control", "no-cache")
                .with("Content-Security-Policy", POLICY)
                .with("X-Content-Type-Options", "nosniff")
                .with("Referrer-Policy", "no-referrer");
    }

    private Answer document() {
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
            throw new UncheckedIOException("file " + name + " of the service's own jar cannot be read", e);
        }
    }
}
