package metaservice.tools.rehearse;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import metaservice.tools.database.DatabaseProblem;

/**
 * Writes a flow with a run, a step, a task, metadata and an artifact to the copy, as a client does.
 *
 * @param client sends the requests
 * @param base address of the metadata service
 */
record WriteRequests(ServiceClient client, URI base) {

    private static final String BODY =
            "{\"user_name\": \"rehearsal\", \"tags\": [\"rehearsal\"], \"system_tags\": [\"user:rehearsal\"]}";

    private static final String METADATA = "[{\"field_name\": \"attempt\", \"value\": \"0\", \"type\": \"attempt\","
            + " \"user_name\": \"rehearsal\", \"tags\": [\"attempt_id:0\"], \"system_tags\": []}]";

    private static final String ARTIFACT = "[{\"name\": \"x\", \"location\": \"s3://rehearsal/x\", \"ds_type\": \"s3\","
            + " \"sha\": \"0\", \"type\": \"metaflow.artifact\", \"content_type\": \"gzip+pickle-v2\", \"attempt_id\": 0,"
            + " \"user_name\": \"rehearsal\", \"tags\": [], \"system_tags\": []}]";

    /**
     * Sends the requests.
     *
     * @param flow name of the flow; it must not exist
     * @return the answers by the path of the request, with {@code F}, {@code R} and {@code T} for flow, run and task
     */
    Map<String, Answer> run(String flow) throws DatabaseProblem, InterruptedException {
        Map<String, Answer> answers = new LinkedHashMap<>();
        answers.put("POST /flows/F", client.post(base, "/flows/" + flow, BODY));
        Answer run = client.post(base, "/flows/" + flow + "/run", BODY);
        answers.put("POST /flows/F/run", run);
        String step = "/flows/" + flow + "/runs/" + number(run, "run_number") + "/steps/start";
        answers.put("POST /flows/F/runs/R/steps/start/step", client.post(base, step + "/step", BODY));
        Answer task = client.post(base, step + "/task", BODY);
        answers.put("POST /flows/F/runs/R/steps/start/task", task);
        String path = step + "/tasks/" + number(task, "task_id");
        answers.put(
                "POST /flows/F/runs/R/steps/start/tasks/T/metadata", client.post(base, path + "/metadata", METADATA));
        answers.put(
                "POST /flows/F/runs/R/steps/start/tasks/T/artifact", client.post(base, path + "/artifact", ARTIFACT));
        return answers;
    }

    /** The number that the service gave an object; 0, which no object has, if the request failed. */
    private static String number(Answer answer, String member) {
        JsonNode number = answer.json().path(member);
        return number.isValueNode() ? number.asText() : "0";
    }
}
