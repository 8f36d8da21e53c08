package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Adapts recordings of the migration service to migrations and tables that the reference does not have: appends them
 * to the recorded values. One instance per transcript.
 */
final class OwnMigrations {

    /** Schema versions that the reference does not have; all are newer than its newest one. */
    private static final List<String> VERSIONS = List.of("20261120000000");

    private static final String NEWEST = VERSIONS.get(VERSIONS.size() - 1);
    private static final String NEWEST_RECORDED = "20260706000003";

    private static final List<String> TABLES =
            List.of("flyway_schema_history", "metaservice_floor", "metaservice_nodes", "metaservice_upgrades");
    private static final List<String> INDEXES = List.of(
            "flyway_schema_history_pk",
            "flyway_schema_history_s_idx",
            "metaservice_floor_pkey",
            "metaservice_nodes_pkey",
            "metaservice_upgrades_pkey");

    /** Members of our status that describe the service; other tests check them. */
    private static final List<String> SERVICE_MEMBERS = List.of("service", "services", "swap", "candidates");

    /** The contents of the database at a step. */
    private Contents contents = Contents.EMPTY;

    private enum Contents {
        /** No tables: a request for the version creates them. */
        EMPTY,
        /** The tables of a recorded dump. */
        RECORDED,
        /** Our newest schema version, after an upgrade. */
        UPGRADED
    }

    private OwnMigrations() {}

    static Transcript in(Transcript recorded) {
        OwnMigrations own = new OwnMigrations();
        return new Transcript(
                recorded.file(),
                recorded.service(),
                recorded.environment(),
                recorded.emptied(),
                recorded.listen(),
                recorded.steps().stream().map(own::step).toList());
    }

    private Step step(Step step) {
        if (step instanceof Step.Rebuild rebuild) {
            contents = rebuild.schemaVersion().isPresent() ? Contents.RECORDED : Contents.EMPTY;
            return step;
        }
        if (step instanceof Step.Call call) {
            return call(call);
        }
        return step instanceof Step.Sql sql ? sql(sql) : command((Step.Command) step);
    }

    private Step call(Step.Call call) {
        boolean asksForVersion = call.request().path().equals("/version");
        boolean upgrades = call.request().path().equals("/upgrade") || (asksForVersion && contents == Contents.EMPTY);
        JsonNode body = call.expected().body();
        if (upgrades && call.expected().status() == 200) {
            contents = Contents.UPGRADED;
        } else if (asksForVersion && body.equals(Json.text("latest")) && contents == Contents.RECORDED) {
            return with(call, Json.text(NEWEST_RECORDED)); // newer schema versions exist here
        }
        return body.has("db_schema_versions") ? with(call, status(body.deepCopy())) : call;
    }

    private JsonNode status(ObjectNode status) {
        VERSIONS.forEach(status.withArray("db_schema_versions")::add);
        if (contents == Contents.UPGRADED) {
            if (status.get("current_version").textValue().equals(NEWEST_RECORDED)) {
                status.put("current_version", NEWEST);
            }
        } else {
            VERSIONS.forEach(status.withArray("unapplied_migrations")::add);
            status.put("is_up_to_date", false);
        }
        status.putNull("running_migration");
        status.putPOJO("last_upgrade", JsonComparison.ANYTHING);
        status.putArray("drift");
        status.put("database_schema", "public");
        status.putArray("warnings");
        SERVICE_MEMBERS.forEach(member -> status.putPOJO(member, JsonComparison.ANYTHING));
        return status;
    }

    private Step sql(Step.Sql sql) {
        if (contents != Contents.UPGRADED || sql.rows().isEmpty()) {
            return sql;
        }
        Optional<JsonNode> rows = Optional.empty();
        if (sql.statement().contains("from pg_tables")) {
            rows = Optional.of(withRows(sql.rows().get(), TABLES));
        } else if (sql.statement().contains("from pg_indexes")) {
            rows = Optional.of(withRows(sql.rows().get(), INDEXES));
        }
        return new Step.Sql(
                sql.line(),
                sql.label(),
                sql.statement(),
                rows.or(sql::rows),
                sql.background(),
                sql.match(),
                sql.notifications());
    }

    /** Each row has one name, and the rows are sorted by it. */
    private static JsonNode withRows(JsonNode recorded, List<String> names) {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        Stream.concat(
                        StreamSupport.stream(recorded.spliterator(), false)
                                .map(row -> row.get(0).textValue()),
                        names.stream())
                .sorted()
                .forEach(name -> rows.addArray().add(name));
        return rows;
    }

    private Step command(Step.Command command) {
        if (command.arguments().get(0).equals("upgrade") && command.exit() == 0) {
            contents = Contents.UPGRADED;
        }
        String stdout =
                command.stdout().replace("'" + NEWEST_RECORDED + "']", "'" + NEWEST_RECORDED + "', '" + NEWEST + "']");
        if (contents == Contents.UPGRADED) {
            stdout = stdout.replace(
                    "'current_version': '" + NEWEST_RECORDED + "'", "'current_version': '" + NEWEST + "'");
        }
        return new Step.Command(
                command.line(), command.label(), command.arguments(), command.exit(), stdout, command.notifications());
    }

    private static Step with(Step.Call call, JsonNode body) {
        Expectation expected = call.expected().with(call.expected().headers(), body);
        return new Step.Call(call.line(), call.label(), call.request(), expected, call.notifications());
    }
}
