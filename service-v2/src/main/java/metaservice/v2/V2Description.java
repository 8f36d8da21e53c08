package metaservice.v2;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.document.ApiDescription;
import metaservice.kit.document.DescribesApi;
import metaservice.resources.Artifacts;
import metaservice.resources.BatchSpec;
import metaservice.resources.Metadata;
import metaservice.resources.Runs;
import metaservice.resources.Steps;
import metaservice.resources.Tasks;
import metaservice.resources.document.Docs;
import metaservice.resources.document.Shapes;

/** Describes the API for the OpenAPI document. Used by the build; not in the service's jar. */
public final class V2Description implements DescribesApi {

    /** Called by the build. */
    public V2Description() {}

    @Override
    public ApiDescription describe(String serviceVersion) {
        return ApiDescription.of(
                V2Description.class,
                V2Provider.DIALECT,
                V2Provider.routes(EndpointContext.unconnected(V2Provider.DIALECT), serviceVersion, NO_TOKENS),
                Docs.TAGS,
                Docs.all(V2Provider.EARLY_HEARTBEAT),
                Shapes.all(List.of(
                        Shapes.common(V2Provider.REJECTED_ROWS),
                        Shapes.namedRuns(Runs.COLUMNS),
                        Shapes.steps(Steps.COLUMNS),
                        Shapes.namedTasks(Tasks.COLUMNS),
                        Shapes.metadata(Metadata.COLUMNS, BatchSpec.METADATA),
                        Shapes.artifacts(Artifacts.COLUMNS, BatchSpec.ARTIFACTS))));
    }
}
