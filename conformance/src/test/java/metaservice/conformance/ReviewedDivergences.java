package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import metaservice.conformance.AllowedDivergence.Scope;
import metaservice.conformance.DeclaredDifferences.Rule;
import metaservice.migrations.SchemaVersion;
import metaservice.migrations.ServiceVersion;

/**
 * Reviewed differences of the bundled services from the recordings. {@code docs/compatibility.md} lists them for users. A step
 * is added only with a reason why the new answer is better, or is the only one that the schema allows.
 */
final class ReviewedDivergences {

    /** From this schema version on, a task may have several metadata rows with the same field name. */
    private static final SchemaVersion REPEATED_FIELDS = new SchemaVersion(20201002000616L);

    /** 1.x was recorded on a schema that refuses repeated metadata fields; on later schemas it stores them. */
    static final String KEPT = "repeated metadata fields are kept, because the schema allows them";

    /** 2.x was recorded on a schema that allows repeated metadata fields; on its lowest schema it leaves them out. */
    static final String REFUSED = "repeated metadata fields are left out, because the schema refuses them";

    /** The reference answers 404, which its clients read as "too early"; a proxy may count it as a failure. */
    static final String EARLY_HEARTBEAT = "a heartbeat that comes early is fine";

    /** The reference leaves rows out of a batch and reports only the number of stored rows. */
    static final String LEFT_OUT = "a batch says which rows were left out, and why";

    /** A batch is first stored in one statement; when a trigger refuses one of its rows, the ids are lost. */
    static final String LATER_IDS = "rows that were tried in vain use up ids";

    private static final String NOTIFICATIONS = "schema/notify-samples.jsonl";

    private static final Pattern HEARTBEAT = Pattern.compile("/flows/.*/heartbeat");

    /** Lines with heartbeats of unknown runs and tasks; these are not early. */
    private static final Set<Integer> UNKNOWN_SENDERS = Set.of(2, 3, 37, 46);

    private static final String STORED = "is stored already, and stays as it is";
    private static final String NO_NULL = "expected a value, found null";
    private static final String NO_ATTEMPT = "expected a whole number from -32768 to 32767";
    private static final String TOO_LONG = "expected at most 255 characters, found 256";

    private ReviewedDivergences() {}

    /** From this schema version on, descriptive columns of artifacts, such as the location, and the type of metadata may be long. */
    private static final SchemaVersion LONG_TEXTS = new SchemaVersion(20261120000000L);

    /** 3.x was recorded on a schema where these columns hold at most 255 characters. */
    static final String LONG_STORED = "long texts are stored, because the schema has room for them";

    /** Differences that are allowed for one service on one schema. */
    static DeclaredDifferences of(String generation, ServiceVersion version, SchemaVersion schema) {
        return new DeclaredDifferences(
                Optional.of(version.toString()), Set.of(Rule.values()), divergences(generation, schema));
    }

    private static List<AllowedDivergence> divergences(String generation, SchemaVersion schema) {
        boolean repeatedFields = schema.compareTo(REPEATED_FIELDS) >= 0;
        return switch (generation) {
            case "v1" -> repeatedFields ? keptByV1() : List.of();
            case "v2" -> repeatedFields ? List.of(laterIds()) : refusedToV2();
            case "v3" ->
                Stream.of(moreExactV3(), schema.compareTo(LONG_TEXTS) >= 0 ? longTexts() : shortTexts())
                        .flatMap(List::stream)
                        .toList();
            default -> List.of();
        };
    }

    private static List<AllowedDivergence> keptByV1() {
        return Stream.of(
                        rows(
                                KEPT,
                                "v1/client-read.jsonl",
                                "17:6 31:6 38:6 45:6 47:6 50:1 52:1 59:6 70:6 91:6 102:6 113:6 127:9 132:9",
                                "151:18 155:18 159:20 162:34 166:18 171:34 172:34"),
                        rows(
                                KEPT,
                                "v1/client-resume.jsonl",
                                "17:6 31:6 37:6 45:6 47:6 50:1 52:1 59:6 99:6 101:6 104:6 106:6 111:6 115:6"),
                        rows(KEPT, "v1/client-run.jsonl", "17:6 34:6 41:6 45:6 55:6 57:6 60:1 62:1 69:6 80:6"),
                        rows(
                                KEPT,
                                "v1/metadata.jsonl",
                                "8:1 10:2 14:3 16:1 18:7 28:10 31:4 35:9 36:19 59:20 67:22 70:1"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<AllowedDivergence> refusedToV2() {
        return Stream.of(
                        rows(
                                REFUSED,
                                "v2/client-read.jsonl",
                                "18:0 33:0 40:0 50:0 51:0 53:0 54:0 63:0 75:0 99:0 111:0 124:0",
                                "163:12 167:12 171:14 174:14 178:12 182:14 183:14 196:14 197:14 200:12 207:12"),
                        rows(
                                REFUSED,
                                "v2/client-resume.jsonl",
                                "18:0 33:0 38:0 50:0 51:0 53:0 54:0 63:0 101:0 105:0 109:0 110:0 113:0 115:0"),
                        rows(REFUSED, "v2/client-run.jsonl", "18:0 37:0 40:0 48:0 62:0 63:0 65:0 66:0 74:0 86:0"),
                        rows(REFUSED, "v2/filtered-tasks.jsonl", "11:2"),
                        rows(REFUSED, "v2/metadata.jsonl", "15:2 16:0 17:3 27:6 35:15 58:16 69:16"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<AllowedDivergence> moreExactV3() {
        String artifacts = "v3/artifacts.jsonl";
        String metadata = "v3/metadata.jsonl";
        String ids = "v3/string-ids.jsonl";
        return List.of(
                new AllowedDivergence(
                        EARLY_HEARTBEAT, ReviewedDivergences::isEarlyHeartbeat, recorded -> recorded.withStatus(200)),
                leftOut(artifacts, 15, row(0, "name", STORED), row(2, "name", STORED)),
                leftOut(artifacts, 21, row(0, "name", STORED)),
                leftOut(
                        artifacts,
                        22,
                        row(0, "name", NO_NULL),
                        row(1, "location", NO_NULL),
                        row(2, "ds_type", NO_NULL)),
                leftOut(artifacts, 28, row(0, "attempt_id", NO_ATTEMPT)),
                leftOut(artifacts, 29, row(0, "attempt_id", NO_NULL)),
                leftOut(artifacts, 30, row(0, "attempt_id", NO_ATTEMPT)),
                leftOut(artifacts, 31, row(0, "attempt_id", NO_ATTEMPT)),
                leftOut(artifacts, 34, row(0, "attempt_id", NO_ATTEMPT)),
                leftOut(artifacts, 35, row(0, "attempt_id", NO_ATTEMPT)),
                leftOut(artifacts, 36, row(0, "attempt_id", "expected a text, found an object")),
                leftOut(metadata, 19, row(0, "field_name", NO_NULL)),
                leftOut(metadata, 21, row(0, "value", NO_NULL)),
                leftOut(metadata, 23, row(0, "type", NO_NULL)),
                leftOut(metadata, 25, row(1, "value", NO_NULL)),
                leftOut(ids, 55, row(1, "name", STORED)),
                leftOut(ids, 57, row(1, "name", STORED)),
                leftOut(ids, 59, row(1, "name", STORED)),
                leftOut(
                        NOTIFICATIONS,
                        25,
                        row(0, "value", "is too long for the notification that a trigger of the database sends of it")),
                laterIds());
    }

    /** Differences on schemas whose columns hold at most 255 characters. */
    private static List<AllowedDivergence> shortTexts() {
        return Stream.of(
                        Stream.of(
                                leftOut("v3/artifacts.jsonl", 24, row(1, "location", TOO_LONG)),
                                leftOut(
                                        "v3/metadata.jsonl",
                                        31,
                                        row(3, "field_name", TOO_LONG),
                                        row(4, "type", TOO_LONG))),
                        rows(LATER_IDS, "v3/metadata.jsonl", "34:9 35:17 58:18 69:18").stream())
                .flatMap(each -> each)
                .toList();
    }

    private static List<AllowedDivergence> longTexts() {
        return Stream.of(
                        Stream.of(
                                new AllowedDivergence(
                                        LONG_STORED,
                                        Scope.line("v3/artifacts.jsonl", 24),
                                        recorded -> recorded.withBody(json("{\"artifacts_created\": 2}"))),
                                new AllowedDivergence(
                                        LONG_STORED,
                                        Scope.line("v3/metadata.jsonl", 31),
                                        recorded -> withRejected(
                                                recorded.withBody(json("{\"metadata_created\": 4}")),
                                                row(3, "field_name", TOO_LONG)))),
                        rows(LONG_STORED, "v3/artifacts.jsonl", "38:12").stream(),
                        rows(LONG_STORED, "v3/metadata.jsonl", "34:10 35:18 58:19 69:19").stream())
                .flatMap(each -> each)
                .toList();
    }

    private static AllowedDivergence laterIds() {
        return new AllowedDivergence(
                LATER_IDS,
                Scope.line(NOTIFICATIONS, 27),
                recorded -> recorded.withRows(recorded.body().size()));
    }

    private static boolean isEarlyHeartbeat(String file, Step step) {
        return step instanceof Step.Call call && isEarlyHeartbeat(file, call);
    }

    private static boolean isEarlyHeartbeat(String file, Step.Call step) {
        boolean unknown = file.equals("v3/heartbeats.jsonl") && UNKNOWN_SENDERS.contains(step.line());
        return !unknown
                && step.request().method().equals("POST")
                && HEARTBEAT.matcher(step.request().path()).matches()
                && step.expected().status() == 404;
    }

    /**
     * Steps after which more or fewer rows of metadata are stored than were recorded.
     *
     * @param steps {@code line:rows}, separated by blanks; the number of rows that a batch stores or that a list shows
     */
    private static List<AllowedDivergence> rows(String name, String file, String... steps) {
        return Stream.of(steps)
                .flatMap(some -> Stream.of(some.split(" ", -1)))
                .map(step -> step.split(":", 2))
                .map(step -> new AllowedDivergence(
                        name,
                        Scope.line(file, Integer.parseInt(step[0])),
                        recorded -> withRows(recorded, Integer.parseInt(step[1]))))
                .toList();
    }

    private static Expectation withRows(Expectation recorded, int rows) {
        return recorded.body().isArray()
                ? recorded.withRows(rows)
                : recorded.withBody(json("{\"metadata_created\": " + rows + "}"));
    }

    private static AllowedDivergence leftOut(String file, int line, JsonNode... rows) {
        return new AllowedDivergence(LEFT_OUT, Scope.line(file, line), recorded -> withRejected(recorded, rows));
    }

    private static Expectation withRejected(Expectation recorded, JsonNode... rows) {
        ObjectNode body = recorded.body().deepCopy();
        ArrayNode rejected = body.putArray("rejected");
        Stream.of(rows).forEach(rejected::add);
        return recorded.withBody(body);
    }

    private static JsonNode row(int index, String field, String reason) {
        return ((ObjectNode) json("{\"index\": " + index + "}"))
                .put("field", field)
                .put("reason", reason);
    }

    private static JsonNode json(String text) {
        return Json.parse(text).orElseThrow();
    }
}
