package metaservice.v2;

import static metaservice.kit.Route.direct;
import static metaservice.kit.Route.get;
import static metaservice.kit.Route.later;
import static metaservice.kit.Route.patch;
import static metaservice.kit.Route.post;
import static metaservice.kit.Route.signal;
import static metaservice.resources.Paths.RUN;
import static metaservice.resources.Paths.STEP;
import static metaservice.resources.Paths.TASK;

import java.util.List;
import metaservice.kit.Admin;
import metaservice.kit.Answer;
import metaservice.kit.Api;
import metaservice.kit.Dialect;
import metaservice.kit.EndpointContext;
import metaservice.kit.Failures;
import metaservice.kit.HttpService;
import metaservice.kit.Route;
import metaservice.kit.Tokens;
import metaservice.resources.Artifacts;
import metaservice.resources.BatchSpec;
import metaservice.resources.EarlyHeartbeat;
import metaservice.resources.Flows;
import metaservice.resources.Metadata;
import metaservice.resources.RejectedRows;
import metaservice.resources.Runs;
import metaservice.resources.Steps;
import metaservice.resources.Tasks;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;
import metaservice.spi.TokenIssuer;

/** Starts metadata service 2.x. {@link #routes} is the table of routes and shows the whole API. */
public final class V2Provider implements ServiceProvider {

    static final Dialect DIALECT = new Dialect(Failures.STRUCTURED, Answer.emptyObject(404), Dialect.EmptyList.ARRAY);

    static final EarlyHeartbeat EARLY_HEARTBEAT = EarlyHeartbeat.NOT_FOUND;
    static final RejectedRows REJECTED_ROWS = RejectedRows.NOT_REPORTED;

    /** Called by the launcher. */
    public V2Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(
                context,
                DIALECT,
                Api.of(V2Provider.class),
                endpoints -> routes(endpoints, context.serviceVersion(), context.tokens()));
    }

    static List<Route> routes(EndpointContext context, String serviceVersion, TokenIssuer tokenIssuer) {
        Admin admin = new Admin(context.database(), serviceVersion);
        Tokens tokens = new Tokens(tokenIssuer);
        Flows flows = new Flows(context);
        Runs runs = new Runs(context, Runs.COLUMNS, EARLY_HEARTBEAT);
        Steps steps = new Steps(context);
        Tasks tasks = new Tasks(context, EARLY_HEARTBEAT);
        Metadata metadata = new Metadata(context, BatchSpec.METADATA, REJECTED_ROWS);
        Artifacts artifacts = new Artifacts(context, BatchSpec.ARTIFACTS, REJECTED_ROWS);
        return List.of(
                direct("/ping", admin::ping),
                later("/ready", admin::ready),
                direct("/version", admin::version),
                get("/healthcheck", admin::health),
                get("/auth/token", tokens::issue),
                get("/flows", flows::list),
                get("/flows/{flow_id}", flows::one).neverBlocks(),
                post("/flows/{flow_id}", flows::create).neverBlocks(),
                get("/flows/{flow_id}/runs", runs::list),
                post("/flows/{flow_id}/run", runs::create).neverBlocks(),
                get(RUN, runs::one).neverBlocks(),
                signal(RUN + "/heartbeat", runs::heartbeat).neverBlocks(),
                patch(RUN + "/tag/mutate", runs::mutateTags),
                get(RUN + "/metadata", metadata::ofRun),
                get(RUN + "/artifacts", artifacts::ofRun),
                get(RUN + "/steps", steps::list).neverBlocks(),
                get(STEP, steps::one).neverBlocks(),
                post(STEP + "/step", steps::create).neverBlocks(),
                get(STEP + "/artifacts", artifacts::ofStep),
                get(STEP + "/filtered_tasks", tasks::filtered),
                get(STEP + "/tasks", tasks::list),
                post(STEP + "/task", tasks::create).neverBlocks(),
                get(TASK, tasks::one).neverBlocks(),
                signal(TASK + "/heartbeat", tasks::heartbeat).neverBlocks(),
                get(TASK + "/metadata", metadata::ofTask).neverBlocks(),
                post(TASK + "/metadata", metadata::create).neverBlocks(),
                get(TASK + "/artifacts", artifacts::ofTask).neverBlocks(),
                post(TASK + "/artifact", artifacts::create).neverBlocks(),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one).neverBlocks(),
                get(TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}", artifacts::oneOfAttempt)
                        .neverBlocks(),
                get(TASK + "/attempt/{attempt_id}/artifacts", artifacts::ofAttempt));
    }
}
