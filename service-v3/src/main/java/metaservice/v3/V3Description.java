package metaservice.v3;

import static metaservice.resources.Paths.RUN;
import static metaservice.resources.Paths.STEP;
import static metaservice.resources.Paths.TASK;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import metaservice.kit.EndpointContext;
import metaservice.kit.document.ApiDescription;
import metaservice.kit.document.DescribesApi;
import metaservice.kit.document.Doc;
import metaservice.kit.document.Shape;
import metaservice.resources.Artifacts;
import metaservice.resources.Metadata;
import metaservice.resources.Steps;
import metaservice.resources.Tasks;
import metaservice.resources.document.Docs;
import metaservice.resources.document.Shapes;

/** Describes the API for the OpenAPI document. Used by the build; not in the service's jar. */
public final class V3Description implements DescribesApi {

    /** Called by the build. */
    public V3Description() {}

    @Override
    public ApiDescription describe(String serviceVersion) {
        return ApiDescription.of(
                V3Description.class,
                V3Provider.DIALECT,
                V3Provider.routes(
                        EndpointContext.unconnected(V3Provider.DIALECT), serviceVersion, NO_TOKENS, Duration.ZERO),
                Docs.TAGS,
                docs(),
                Shapes.all(List.of(
                        Shapes.common(V3Provider.REJECTED_ROWS),
                        runs(),
                        Shapes.steps(Steps.COLUMNS),
                        Shapes.namedTasks(Tasks.COLUMNS),
                        Shapes.metadata(Metadata.COLUMNS, LongTexts.METADATA),
                        Shapes.artifacts(Artifacts.COLUMNS, LongTexts.ARTIFACTS))));
    }

    private static List<Shape> runs() {
        return Shapes.namedRuns(RunPages.WITH_STATUS).stream()
                .map(shape -> shape.name().equals("Run")
                        ? shape.sometimes("status", RunPages.WHEN_STATUS).sometimes("user", RunPages.WHEN_USER)
                        : shape)
                .toList();
    }

    private static Map<String, Doc> docs() {
        Map<String, Doc> docs = Docs.all(V3Provider.EARLY_HEARTBEAT);
        for (String list : List.of(
                "/flows",
                RUN + "/metadata",
                RUN + "/artifacts",
                STEP + "/artifacts",
                TASK + "/metadata",
                TASK + "/artifacts")) {
            docs.computeIfPresent("GET " + list, (route, doc) -> paged(doc, Filters.NONE));
        }
        docs.computeIfPresent("GET /flows/{flow_id}/runs", (route, doc) -> paged(doc, RunPages.FILTERS));
        docs.computeIfPresent("GET " + STEP + "/tasks", (route, doc) -> paged(doc, TaskPages.FILTERS));
        return docs;
    }

    /** Adds the parameters and headers of pages and filters to the doc of a list. */
    private static Doc paged(Doc list, Filters filters) {
        List<Doc.Query> queries = new ArrayList<>();
        queries.add(new Doc.Query(
                "_limit",
                "integer",
                "requests a page, newest first: most elements of the page; " + Paging.DEFAULT_LIMIT
                        + " if it is empty, at most " + Paging.MAX_LIMIT));
        queries.add(new Doc.Query(
                "_cursor",
                "string",
                "requests a page: the X-Next-Cursor of the previous page; empty for the first page"));
        filters.expectations()
                .forEach((field, expects) -> queries.add(new Doc.Query(field, "string", "filter: " + expects)));
        return list.queries(queries)
                .header("X-Limit", "only with pages: most elements of the page")
                .header("X-Next-Cursor", "only with pages: the _cursor of the next page; missing on the last page");
    }
}
