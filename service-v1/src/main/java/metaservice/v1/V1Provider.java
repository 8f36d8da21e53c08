package metaservice.v1;

import static metaservice.kit.Route.direct;
import static metaservice.kit.Route.get;
import static metaservice.kit.Route.post;

import java.util.List;
import metaservice.kit.Admin;
import metaservice.kit.Answer;
import metaservice.kit.Api;
import metaservice.kit.Dialect;
import metaservice.kit.Docs;
import metaservice.kit.EndpointContext;
import metaservice.kit.Failures;
import metaservice.kit.Flows;
import metaservice.kit.HttpService;
import metaservice.kit.Route;
import metaservice.kit.Tokens;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;

/** Starts metadata service 1.x; its table of routes is the whole API. */
public final class V1Provider implements ServiceProvider {

    private static final String RUN = "/flows/{flow_id}/runs/{run_number}";
    private static final String STEP = RUN + "/steps/{step_name}";
    private static final String TASK = STEP + "/tasks/{task_id}";

    private static final Dialect DIALECT = new Dialect(
            Failures.PLAIN,
            Answer.jsonString(404, "{}"),
            Dialect.EmptyList.OBJECT,
            Dialect.EarlyHeartbeat.NOT_FOUND,
            Dialect.LeftOut.SILENTLY);

    private static final Api API = Api.of(
            V1Provider.class,
            List.of(
                    Flows.SHAPES,
                    NumericRuns.SHAPES,
                    NumericSteps.SHAPES,
                    NumericTasks.SHAPES,
                    NumericMetadata.SHAPES,
                    NumericArtifacts.SHAPES));

    /** For the launcher. */
    public V1Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(new KnownContext(context), DIALECT, API, parts -> routes(parts, context));
    }

    private static List<Route> routes(EndpointContext parts, ServiceContext context) {
        Admin admin = new Admin(parts.database(), context.serviceVersion());
        Tokens tokens = new Tokens(context.tokens());
        Flows flows = new Flows(parts);
        NumericRuns runs = new NumericRuns(parts);
        NumericSteps steps = new NumericSteps(parts);
        NumericTasks tasks = new NumericTasks(parts);
        NumericMetadata metadata = new NumericMetadata(parts);
        NumericArtifacts artifacts = new NumericArtifacts(parts);
        return List.of(
                direct("/ping", admin::ping, Docs.PING),
                get("/auth/token", tokens::issue, Docs.TOKEN),
                get("/flows", flows::list, Docs.FLOWS),
                get("/flows/{flow_id}", flows::one, Docs.FLOW),
                post("/flows/{flow_id}", flows::create, Docs.NEW_FLOW),
                get("/flows/{flow_id}/runs", runs::list, Docs.RUNS),
                post("/flows/{flow_id}/run", runs::create, Docs.NEW_RUN),
                get(RUN, runs::one, Docs.RUN),
                get(RUN + "/metadata", metadata::ofRun, Docs.METADATA_OF_RUN),
                get(RUN + "/artifacts", artifacts::ofRun, Docs.ARTIFACTS_OF_RUN),
                get(RUN + "/steps", steps::list, Docs.STEPS),
                get(STEP, steps::one, Docs.STEP),
                post(STEP + "/step", steps::create, Docs.NEW_STEP),
                get(STEP + "/artifacts", artifacts::ofStep, Docs.ARTIFACTS_OF_STEP),
                get(STEP + "/tasks", tasks::list, Docs.TASKS),
                post(STEP + "/task", tasks::create, Docs.NEW_TASK),
                get(TASK, tasks::one, Docs.TASK),
                get(TASK + "/metadata", metadata::ofTask, Docs.METADATA_OF_TASK),
                post(TASK + "/metadata", metadata::create, Docs.NEW_METADATA),
                get(TASK + "/artifacts", artifacts::ofTask, Docs.ARTIFACTS_OF_TASK),
                post(TASK + "/artifact", artifacts::create, Docs.NEW_ARTIFACTS),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one, Docs.ARTIFACT));
    }
}
