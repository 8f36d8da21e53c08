package metaservice.v2;

import static metaservice.kit.Route.direct;
import static metaservice.kit.Route.get;
import static metaservice.kit.Route.patch;
import static metaservice.kit.Route.post;
import static metaservice.kit.Route.signal;

import java.util.List;
import metaservice.kit.Admin;
import metaservice.kit.Answer;
import metaservice.kit.Artifacts;
import metaservice.kit.Failures;
import metaservice.kit.Flows;
import metaservice.kit.HttpService;
import metaservice.kit.Metadata;
import metaservice.kit.Parts;
import metaservice.kit.Route;
import metaservice.kit.Runs;
import metaservice.kit.Steps;
import metaservice.kit.Style;
import metaservice.kit.Tasks;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;

/** Starts metadata service 2.x; its table of routes is the whole API. */
public final class V2Provider implements ServiceProvider {

    private static final String RUN = "/flows/{flow_id}/runs/{run_number}";
    private static final String STEP = RUN + "/steps/{step_name}";
    private static final String TASK = STEP + "/tasks/{task_id}";

    private static final Style STYLE = new Style(
            Failures.STRUCTURED,
            Answer.emptyObject(404),
            Style.EmptyList.ARRAY,
            Style.EarlyHeartbeat.NOT_FOUND,
            Style.LeftOut.SILENTLY);

    /** For the launcher. */
    public V2Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(context, STYLE, parts -> routes(parts, context.serviceVersion()));
    }

    private static List<Route> routes(Parts parts, String serviceVersion) {
        Admin admin = new Admin(parts.database(), serviceVersion);
        Flows flows = new Flows(parts);
        Runs runs = Runs.plain(parts);
        Steps steps = new Steps(parts);
        Tasks tasks = new Tasks(parts);
        Metadata metadata = new Metadata(parts);
        Artifacts artifacts = new Artifacts(parts);
        return List.of(
                direct("/ping", admin::ping),
                direct("/version", admin::version),
                get("/healthcheck", admin::health),
                get("/flows", flows::list),
                get("/flows/{flow_id}", flows::one),
                post("/flows/{flow_id}", flows::create),
                get("/flows/{flow_id}/runs", runs::list),
                post("/flows/{flow_id}/run", runs::create),
                get(RUN, runs::one),
                signal(RUN + "/heartbeat", runs::heartbeat),
                patch(RUN + "/tag/mutate", runs::mutateTags),
                get(RUN + "/metadata", metadata::ofRun),
                get(RUN + "/artifacts", artifacts::ofRun),
                get(RUN + "/steps", steps::list),
                get(STEP, steps::one),
                post(STEP + "/step", steps::create),
                get(STEP + "/artifacts", artifacts::ofStep),
                get(STEP + "/filtered_tasks", tasks::filtered),
                get(STEP + "/tasks", tasks::list),
                post(STEP + "/task", tasks::create),
                get(TASK, tasks::one),
                signal(TASK + "/heartbeat", tasks::heartbeat),
                get(TASK + "/metadata", metadata::ofTask),
                post(TASK + "/metadata", metadata::create),
                get(TASK + "/artifacts", artifacts::ofTask),
                post(TASK + "/artifact", artifacts::create),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one),
                get(TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}", artifacts::oneOfAttempt),
                get(TASK + "/attempt/{attempt_id}/artifacts", artifacts::ofAttempt));
    }
}
