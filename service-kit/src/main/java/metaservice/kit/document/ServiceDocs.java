package metaservice.kit.document;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The documentation of the routes that concern the service itself, and of the pages that show the API. */
final class ServiceDocs {

    /** The group of these routes; the last one of the document. */
    static final String TAG = "service";

    static final String TAG_DESCRIPTION = "the service itself";

    /** By method and path. */
    static final Map<String, Doc> DOCS = Map.of(
            "GET /ping",
            Doc.file(TAG, "Answers pong without using the database", "text/plain; charset=utf-8", "Pong"),
            "GET /ready",
            Doc.one(TAG, "Whether requests can be served now, for readiness probes", "Readiness")
                    .refuses(503, "Requests cannot be served now; the message says why."),
            "GET /version",
            Doc.file(TAG, "The version of the service", "text/plain; charset=utf-8", "Version"),
            "GET /healthcheck",
            Doc.one(TAG, "Whether the database is available", "Health"),
            "GET /auth/token",
            Doc.one(TAG, "Temporary AWS credentials of the configured role", "Token")
                    .refuses(501, "No role is configured."),
            "GET /api/doc",
            Doc.file(TAG, "This page", "text/html; charset=utf-8", "Page"),
            "GET /api/doc/{file}",
            Doc.file(TAG, "A file of this page", "*/*", "File").refuses(404, "The page has no such file."),
            "GET /api/doc/swagger.json",
            Doc.one(TAG, "This document", "Document"));

    static final List<Shape> SHAPES = List.of(
            Shape.text("Pong", "pong"),
            Shape.text("Version", "three numbers with dots between them"),
            Shape.text("Health", "JSON inside a text: an object with the member status, UP or DOWN"),
            Shape.open("Readiness", "an object with the member ready, which is true"),
            Shape.texts("Token", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
            Shape.text("Page", "HTML"),
            Shape.text("File", "a file of the page"),
            Shape.open("Document", "an OpenAPI document"));

    /** Shapes of which there is no recorded example: the document itself, and what the reference does not have. */
    static final Set<String> WITHOUT_EXAMPLE = Set.of("Document", "Readiness");

    private ServiceDocs() {}
}
