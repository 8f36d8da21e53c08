package metaservice.resources;

/** The paths of runs, steps and tasks, the same in every version of the metadata service. */
public final class Paths {

    /** One run. */
    public static final String RUN = "/flows/{flow_id}/runs/{run_number}";

    /** One step. */
    public static final String STEP = RUN + "/steps/{step_name}";

    /** One task. */
    public static final String TASK = STEP + "/tasks/{task_id}";

    private Paths() {}
}
