package metaservice.resources.document;

import static metaservice.resources.Paths.RUN;
import static metaservice.resources.Paths.STEP;
import static metaservice.resources.Paths.TASK;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import metaservice.kit.document.Doc;
import metaservice.resources.EarlyHeartbeat;

/**
 * The documentation of each route of the metadata service. It refers to shapes by name; each version provides the shapes,
 * see {@link Shapes}.
 */
public final class Docs {

    private static final String FLOWS_TAG = "flows";
    private static final String RUNS_TAG = "runs";
    private static final String STEPS_TAG = "steps";
    private static final String TASKS_TAG = "tasks";
    private static final String METADATA_TAG = "metadata";
    private static final String ARTIFACTS_TAG = "artifacts";

    /** The groups of routes in the order of the document, and their descriptions. */
    public static final Map<String, String> TAGS = tags();

    private static Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(FLOWS_TAG, "workflows that users have written");
        tags.put(RUNS_TAG, "executions of a flow");
        tags.put(STEPS_TAG, "steps of a run");
        tags.put(TASKS_TAG, "executions of a step");
        tags.put(METADATA_TAG, "metadata of tasks");
        tags.put(ARTIFACTS_TAG, "data that tasks have stored, and its location");
        return Collections.unmodifiableMap(tags);
    }

    private static final String NO_RUN = "There is no such run.";
    private static final String NO_TASK = "There is no such task.";

    private Docs() {}

    /**
     * The documentation of the routes that more than one version has, by method, space and path. The caller may change the
     * map.
     *
     * @param earlyHeartbeat the answer to heartbeats that are too early
     */
    public static Map<String, Doc> all(EarlyHeartbeat earlyHeartbeat) {
        Map<String, Doc> docs = new HashMap<>();
        flows(docs);
        runs(docs);
        steps(docs);
        tasks(docs);
        metadata(docs);
        artifacts(docs);
        if (earlyHeartbeat == EarlyHeartbeat.NOT_FOUND) {
            for (String path : List.of(RUN, TASK)) {
                docs.computeIfPresent(
                        "POST " + path + "/heartbeat",
                        (route, doc) -> doc.refuses(
                                404, "It does not exist, or its previous heartbeat is less than ten seconds old."));
            }
        }
        return docs;
    }

    private static void flows(Map<String, Doc> docs) {
        docs.put("GET /flows", Doc.list(FLOWS_TAG, "All flows", "Flow"));
        docs.put("GET /flows/{flow_id}", Doc.one(FLOWS_TAG, "One flow", "Flow").refuses(404, "There is no such flow."));
        docs.put(
                "POST /flows/{flow_id}",
                Doc.one(FLOWS_TAG, "Registers a flow", "Flow")
                        .takes("NewFlow")
                        .refuses(409, "The flow exists already."));
    }

    private static void runs(Map<String, Doc> docs) {
        docs.put("GET /flows/{flow_id}/runs", Doc.list(RUNS_TAG, "The runs of a flow", "Run"));
        docs.put("GET " + RUN, Doc.one(RUNS_TAG, "One run", "Run").refuses(404, NO_RUN));
        docs.put(
                "POST /flows/{flow_id}/run",
                Doc.one(RUNS_TAG, "Starts a run", "Run")
                        .takes("NewRun")
                        .refuses(404, "There is no such flow.")
                        .refuses(409, "The name exists already."));
        docs.put(
                "POST " + RUN + "/heartbeat",
                Doc.one(RUNS_TAG, "Stores a heartbeat of a run", "Heartbeat").refuses(404, "There is no such run."));
        docs.put(
                "PATCH " + RUN + "/tag/mutate",
                Doc.one(RUNS_TAG, "Changes the tags of a run: removals first, then additions", "Tags")
                        .takes("TagChange")
                        .refuses(404, NO_RUN)
                        .refuses(409, "Another request changed the tags at the same time; the request can be retried.")
                        .refuses(422, "The request removes a system tag; nothing was changed."));
    }

    private static void steps(Map<String, Doc> docs) {
        docs.put("GET " + RUN + "/steps", Doc.list(STEPS_TAG, "The steps of a run", "Step"));
        docs.put("GET " + STEP, Doc.one(STEPS_TAG, "One step", "Step").refuses(404, "There is no such step."));
        docs.put(
                "POST " + STEP + "/step",
                Doc.one(STEPS_TAG, "Registers a step", "Step")
                        .takes("NewStep")
                        .refuses(404, NO_RUN)
                        .refuses(409, "The step exists already."));
    }

    private static void tasks(Map<String, Doc> docs) {
        docs.put("GET " + STEP + "/tasks", Doc.list(TASKS_TAG, "The tasks of a step", "Task"));
        docs.put(
                "GET " + STEP + "/filtered_tasks",
                Doc.list(TASKS_TAG, "The paths of the tasks of a step whose metadata match the filters", "TaskPath")
                        .queries(List.of(
                                new Doc.Query("metadata_field_name", "string", "the name of the metadata field"),
                                new Doc.Query("pattern", "string", "a POSIX pattern that the value must match"))));
        docs.put("GET " + TASK, Doc.one(TASKS_TAG, "One task", "Task").refuses(404, NO_TASK));
        docs.put(
                "POST " + STEP + "/task",
                Doc.one(TASKS_TAG, "Registers a task", "Task")
                        .takes("NewTask")
                        .refuses(404, "There is no such run or step.")
                        .refuses(409, "The name exists already."));
        docs.put(
                "POST " + TASK + "/heartbeat",
                Doc.one(TASKS_TAG, "Stores a heartbeat of a task and of its run", "Heartbeat")
                        .refuses(404, "There is no such task."));
    }

    private static void metadata(Map<String, Doc> docs) {
        docs.put("GET " + RUN + "/metadata", Doc.list(METADATA_TAG, "All metadata of a run", "Metadata"));
        docs.put("GET " + TASK + "/metadata", Doc.list(METADATA_TAG, "All metadata of a task", "Metadata"));
        docs.put(
                "POST " + TASK + "/metadata",
                Doc.one(
                                METADATA_TAG,
                                "Stores metadata of a task; an element that cannot be stored is not counted",
                                "MetadataCreated")
                        .takesList("NewMetadata"));
    }

    private static void artifacts(Map<String, Doc> docs) {
        docs.put(
                "GET " + RUN + "/artifacts",
                Doc.list(ARTIFACTS_TAG, "The artifacts of a run, of the latest attempts", "Artifact"));
        docs.put(
                "GET " + STEP + "/artifacts",
                Doc.list(ARTIFACTS_TAG, "The artifacts of a step, of the latest attempts", "Artifact"));
        docs.put(
                "GET " + TASK + "/artifacts",
                Doc.list(ARTIFACTS_TAG, "The artifacts of a task, of its latest attempt", "Artifact"));
        docs.put(
                "GET " + TASK + "/attempt/{attempt_id}/artifacts",
                Doc.list(ARTIFACTS_TAG, "The artifacts of one attempt of a task", "Artifact"));
        docs.put(
                "GET " + TASK + "/artifacts/{artifact_name}",
                Doc.one(ARTIFACTS_TAG, "One artifact, of the latest attempt", "Artifact")
                        .refuses(404, "There is no such artifact."));
        docs.put(
                "GET " + TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}",
                Doc.one(ARTIFACTS_TAG, "One artifact of one attempt", "Artifact")
                        .refuses(404, "There is no such artifact."));
        docs.put(
                "POST " + TASK + "/artifact",
                Doc.one(
                                ARTIFACTS_TAG,
                                "Stores artifacts of a task; an element that cannot be stored is not counted",
                                "ArtifactsCreated")
                        .takesList("NewArtifact"));
    }
}
