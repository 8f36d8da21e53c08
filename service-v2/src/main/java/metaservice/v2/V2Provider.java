package metaservice.v2;

import static metaservice.kit.Route.direct;
import static metaservice.kit.Route.get;
import static metaservice.kit.Route.patch;
import static metaservice.kit.Route.post;
import static metaservice.kit.Route.signal;

import java.util.List;
import metaservice.kit.Admin;
import metaservice.kit.Answer;
import metaservice.kit.Api;
import metaservice.kit.Artifacts;
import metaservice.kit.Dialect;
import metaservice.kit.Docs;
import metaservice.kit.EndpointContext;
import metaservice.kit.Failures;
import metaservice.kit.Flows;
import metaservice.kit.HttpService;
import metaservice.kit.Metadata;
import metaservice.kit.Route;
import metaservice.kit.Runs;
import metaservice.kit.Steps;
import metaservice.kit.Tasks;
import metaservice.kit.Tokens;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;

/** Starts metadata service 2.x; its table of routes is the whole API. */
public final class V2Provider implements ServiceProvider {

    private static final String RUN = "/flows/{flow_id}/runs/{run_number}";
    private static final String STEP = RUN + "/steps/{step_name}";
    private static final String TASK = STEP + "/tasks/{task_id}";

    private static final Dialect DIALECT = new Dialect(
            Failures.STRUCTURED,
            Answer.emptyObject(404),
            Dialect.EmptyList.ARRAY,
            Dialect.EarlyHeartbeat.NOT_FOUND,
            Dialect.LeftOut.SILENTLY);

    private static final Api API = Api.of(
            V2Provider.class,
            List.of(Flows.SHAPES, Runs.SHAPES, Steps.SHAPES, Tasks.SHAPES, Metadata.SHAPES, Artifacts.SHAPES));

    /** For the launcher. */
    public V2Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(context, DIALECT, API, parts -> routes(parts, context));
    }

    private static List<Route> routes(EndpointContext parts, ServiceContext context) {
        Admin admin = new Admin(parts.database(), context.serviceVersion());
        Tokens tokens = new Tokens(context.tokens());
        Flows flows = new Flows(parts);
        Runs runs = Runs.plain(parts);
        Steps steps = new Steps(parts);
        Tasks tasks = new Tasks(parts);
        Metadata metadata = new Metadata(parts);
        Artifacts artifacts = new Artifacts(parts);
        return List.of(
                direct("/ping", admin::ping, Docs.PING),
                direct("/version", admin::version, Docs.VERSION),
                get("/healthcheck", admin::health, Docs.HEALTH),
                get("/auth/token", tokens::issue, Docs.TOKEN),
                get("/flows", flows::list, Docs.FLOWS),
                get("/flows/{flow_id}", flows::one, Docs.FLOW),
                post("/flows/{flow_id}", flows::create, Docs.NEW_FLOW),
                get("/flows/{flow_id}/runs", runs::list, Docs.RUNS),
                post("/flows/{flow_id}/run", runs::create, Docs.NEW_RUN),
                get(RUN, runs::one, Docs.RUN),
                signal(RUN + "/heartbeat", runs::heartbeat, Docs.RUN_HEARTBEAT.refuses(404, Docs.UNKNOWN_OR_EARLY)),
                patch(RUN + "/tag/mutate", runs::mutateTags, Docs.TAG_CHANGE),
                get(RUN + "/metadata", metadata::ofRun, Docs.METADATA_OF_RUN),
                get(RUN + "/artifacts", artifacts::ofRun, Docs.ARTIFACTS_OF_RUN),
                get(RUN + "/steps", steps::list, Docs.STEPS),
                get(STEP, steps::one, Docs.STEP),
                post(STEP + "/step", steps::create, Docs.NEW_STEP),
                get(STEP + "/artifacts", artifacts::ofStep, Docs.ARTIFACTS_OF_STEP),
                get(STEP + "/filtered_tasks", tasks::filtered, Docs.FILTERED_TASKS),
                get(STEP + "/tasks", tasks::list, Docs.TASKS),
                post(STEP + "/task", tasks::create, Docs.NEW_TASK),
                get(TASK, tasks::one, Docs.TASK),
                signal(TASK + "/heartbeat", tasks::heartbeat, Docs.TASK_HEARTBEAT.refuses(404, Docs.UNKNOWN_OR_EARLY)),
                get(TASK + "/metadata", metadata::ofTask, Docs.METADATA_OF_TASK),
                post(TASK + "/metadata", metadata::create, Docs.NEW_METADATA),
                get(TASK + "/artifacts", artifacts::ofTask, Docs.ARTIFACTS_OF_TASK),
                post(TASK + "/artifact", artifacts::create, Docs.NEW_ARTIFACTS),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one, Docs.ARTIFACT),
                get(
                        TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}",
                        artifacts::oneOfAttempt,
                        Docs.ARTIFACT_OF_ATTEMPT),
                get(TASK + "/attempt/{attempt_id}/artifacts", artifacts::ofAttempt, Docs.ARTIFACTS_OF_ATTEMPT));
    }
}
