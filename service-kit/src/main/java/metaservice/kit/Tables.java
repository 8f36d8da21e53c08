package metaservice.kit;

/** What the six tables are called. The names go into SQL as they are. */
public record Tables(String flows, String runs, String steps, String tasks, String metadata, String artifacts) {

    /** The names that the migrations give them. */
    public static final Tables DEFAULT =
            new Tables("flows_v3", "runs_v3", "steps_v3", "tasks_v3", "metadata_v3", "artifact_v3");
}
