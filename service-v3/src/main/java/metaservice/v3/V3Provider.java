package metaservice.v3;

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
import metaservice.kit.Pages;
import metaservice.kit.Parts;
import metaservice.kit.Route;
import metaservice.kit.RunPages;
import metaservice.kit.Runs;
import metaservice.kit.Steps;
import metaservice.kit.Style;
import metaservice.kit.Tasks;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;

/** Starts metadata service 3.x; its table of routes is the whole API. */
public final class V3Provider implements ServiceProvider {

    private static final String RUN = "/flows/{flow_id}/runs/{run_number}";
    private static final String STEP = RUN + "/steps/{step_name}";
    private static final String TASK = STEP + "/tasks/{task_id}";

    /** Age of a heartbeat from which an unfinished run counts as failed; the reference's default. */
    private static final long CUTOFF_SECONDS = 360;

    private static final Style STYLE = new Style(
            Failures.STRUCTURED,
            Answer.emptyObject(404),
            Style.EmptyList.ARRAY,
            Style.EarlyHeartbeat.FINE,
            Style.LeftOut.TOLD);

    /** For the launcher. */
    public V3Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(context, STYLE, parts -> routes(parts, context.serviceVersion()));
    }

    private static List<Route> routes(Parts parts, String serviceVersion) {
        Admin admin = new Admin(parts.database(), serviceVersion);
        Flows flows = new Flows(parts);
        Pages pages = new Pages(parts);
        Runs runs = Runs.withUser(parts);
        RunPages runPages = new RunPages(parts, CUTOFF_SECONDS);
        Steps steps = new Steps(parts);
        Tasks tasks = new Tasks(parts);
        Metadata metadata = Metadata.withLongTexts(parts);
        Artifacts artifacts = Artifacts.withLongTexts(parts);
        return List.of(
                direct("/ping", admin::ping),
                direct("/version", admin::version),
                get("/healthcheck", admin::health),
                get("/flows", pages.or(flows::list, flows::pages)),
                get("/flows/{flow_id}", flows::one),
                post("/flows/{flow_id}", flows::create),
                get("/flows/{flow_id}/runs", pages.or(runs::list, runPages::of)),
                post("/flows/{flow_id}/run", runs::create),
                get(RUN, runs::one),
                signal(RUN + "/heartbeat", runs::heartbeat),
                patch(RUN + "/tag/mutate", runs::mutateTags),
                get(RUN + "/metadata", pages.or(metadata::ofRun, metadata::pagesOfRun)),
                get(RUN + "/artifacts", pages.or(artifacts::ofRun, artifacts::pagesOfRun)),
                get(RUN + "/steps", steps::list),
                get(STEP, steps::one),
                post(STEP + "/step", steps::create),
                get(STEP + "/artifacts", pages.or(artifacts::ofStep, artifacts::pagesOfStep)),
                get(STEP + "/filtered_tasks", tasks::filtered),
                get(STEP + "/tasks", pages.or(tasks::list, tasks::pages)),
                post(STEP + "/task", tasks::create),
                get(TASK, tasks::one),
                signal(TASK + "/heartbeat", tasks::heartbeat),
                get(TASK + "/metadata", pages.or(metadata::ofTask, metadata::pagesOfTask)),
                post(TASK + "/metadata", metadata::create),
                get(TASK + "/artifacts", pages.or(artifacts::ofTask, artifacts::pagesOfTask)),
                post(TASK + "/artifact", artifacts::create),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one),
                get(TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}", artifacts::oneOfAttempt),
                get(TASK + "/attempt/{attempt_id}/artifacts", artifacts::ofAttempt));
    }
}
