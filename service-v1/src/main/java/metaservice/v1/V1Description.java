package metaservice.v1;

import java.util.List;
import metaservice.kit.EndpointContext;
import metaservice.kit.document.ApiDescription;
import metaservice.kit.document.DescribesApi;
import metaservice.resources.BatchSpec;
import metaservice.resources.EarlyHeartbeat;
import metaservice.resources.document.Docs;
import metaservice.resources.document.Shapes;

/** Describes the API for the OpenAPI document. Used by the build; not in the service's jar. */
public final class V1Description implements DescribesApi {

    /** Called by the build. */
    public V1Description() {}

    @Override
    public ApiDescription describe(String serviceVersion) {
        return ApiDescription.of(
                V1Description.class,
                V1Provider.DIALECT,
                V1Provider.routes(EndpointContext.unconnected(V1Provider.DIALECT), serviceVersion, NO_TOKENS),
                Docs.TAGS,
                Docs.all(EarlyHeartbeat.NOT_FOUND),
                Shapes.all(List.of(
                        Shapes.common(V1Provider.REJECTED_ROWS),
                        Shapes.runs(NumericResource.RUN_COLUMNS),
                        Shapes.steps(NumericResource.STEP_COLUMNS),
                        Shapes.tasks(NumericResource.TASK_COLUMNS),
                        Shapes.metadata(NumericMetadata.COLUMNS, BatchSpec.METADATA),
                        Shapes.artifacts(NumericArtifacts.COLUMNS, BatchSpec.ARTIFACTS))));
    }
}
