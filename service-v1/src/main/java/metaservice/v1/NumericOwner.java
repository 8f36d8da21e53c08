package metaservice.v1;

import java.util.List;
import java.util.Optional;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/** Whose metadata and artifacts are stored: a task as the path has it, registered or not. */
final class NumericOwner {

    /** The columns that tell the task. */
    static final List<String> COLUMNS = List.of("flow_id", "run_number", "step_name", "task_id");

    private NumericOwner() {}

    /** One row with the task's columns; none if the path has something else than numbers, and nothing is stored then. */
    static Sql of(Request request) {
        Optional<Long> run = NumericIds.stored(request, "run_number");
        Optional<Long> task = NumericIds.stored(request, "task_id");
        return Sql.of(
                "SELECT ? AS flow_id, ?::bigint AS run_number, ? AS step_name, ?::bigint AS task_id WHERE ?",
                request.newName("flow_id"),
                run.orElse(null),
                request.newName("step_name"),
                task.orElse(null),
                run.isPresent() && task.isPresent());
    }
}
