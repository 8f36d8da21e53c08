package metaservice.v3;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import metaservice.kit.Answer;
import metaservice.kit.ClientError;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/**
 * What a list may be narrowed by, as {@code field:operator=value,value} in the query (source: the reference's newest
 * state). Commas mean or, repeats mean and; no operator means {@code eq}; an empty one, and an unknown field, are
 * ignored; {@code null} means that there is no value, whatever the operator. Immutable.
 */
final class Filters {

    /** For lists without filters. */
    static final Filters NONE = new Filters(Map.of());

    private static final Map<String, String> COMPARISONS =
            Map.of("eq", "=", "ne", "<>", "lt", "<", "le", "<=", "gt", ">", "ge", ">=");

    /** Patterns for ILIKE. */
    private static final Map<String, String> PATTERNS = Map.of("co", "%%%s%%", "sw", "%s%%", "ew", "%%%s", "li", "%s");

    private static final String IS = "is";

    /** Far more than anybody asks for, far less than the parameters that a statement may have. */
    private static final int MAX_VALUES = 1000;

    private static final String ORDER_OPERATORS = "; {field}:operator with eq, ne, lt, le, gt, ge";
    private static final String TEXT_OPERATORS =
            ORDER_OPERATORS + ", co (contains), sw (starts with), ew (ends with), li (a pattern of LIKE), is (null)";

    /**
     * What one field may be asked for.
     *
     * @param expects what its values are, in which {@code {field}} stands for the name of the field; for readers
     * @param sql from an operator and its values to SQL
     */
    record Condition(String expects, BiFunction<String, List<String>, Sql> sql) {}

    private final Map<String, Condition> conditions;

    Filters(Map<String, Condition> conditions) {
        this.conditions = Map.copyOf(conditions);
    }

    /**
     * The conditions that a request asks for, joined by AND; empty if it asks for none.
     *
     * @throws ClientError 400 if an operator is unknown or a value does not fit its field
     */
    Optional<Sql> read(Request request) {
        List<Sql> all = new ArrayList<>();
        int values = 0;
        for (Map.Entry<String, String> parameter : request.queries()) {
            String[] name = parameter.getKey().split(":", 2);
            Condition condition = conditions.get(name[0]);
            String operator = name.length == 1 ? "eq" : name[1];
            if (condition == null || operator.isEmpty()) {
                continue;
            }
            List<String> list = List.of(parameter.getValue().split(",", -1));
            values += list.size();
            if (values > MAX_VALUES) {
                throw ClientError.badRequest(name[0] + ": expected at most " + MAX_VALUES + " values in all filters");
            }
            all.add(condition.sql().apply(operator, list));
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(Sql.joined(" AND ", all));
    }

    /** What each field expects, by its name; for readers. */
    Map<String, String> expectations() {
        Map<String, String> all = new TreeMap<>();
        conditions.forEach(
                (field, condition) -> all.put(field, condition.expects().replace("{field}", field)));
        return all;
    }

    /** A text field. */
    static Condition text(String field, String expression) {
        return new Condition(
                "texts" + TEXT_OPERATORS,
                (operator, values) -> anyOf(operator, field, values, expression, value -> {
                    if (PATTERNS.containsKey(operator)) {
                        return Sql.of(
                                expression + " ILIKE ?", PATTERNS.get(operator).formatted(value));
                    }
                    return Sql.of(expression + " " + comparison(operator, field) + " ?", value);
                }));
    }

    /** A number field. */
    static Condition number(String field, String expression) {
        return compared(
                "whole numbers",
                field,
                expression,
                "?",
                value -> integer(value)
                        .orElseThrow(() ->
                                ClientError.badRequest(field + ": expected a whole number, found '" + value + "'")));
    }

    /** A field that holds a time; the words of its message are the reference's. */
    static Condition time(String field, String expression) {
        return compared(
                "whole numbers, as answers show the time",
                field,
                expression,
                "?",
                value -> integer(value)
                        .orElseThrow(() -> ClientError.of(Answer.jsonString(
                                400,
                                "invalid " + field + ": expected integer epoch milliseconds, got '" + value + "'"))));
    }

    /** A field that holds JSON and is compared as a whole. */
    static Condition json(String field, String expression) {
        return compared("JSON without commas, compared as a whole", field, expression, "?::jsonb", value -> value);
    }

    /**
     * A field whose values have an order, but are no texts.
     *
     * @param mark the question mark for a value, perhaps with a cast
     * @param read makes of the text of a value what is bound to the question mark
     */
    private static Condition compared(
            String expects, String field, String expression, String mark, Function<String, Object> read) {
        return new Condition(
                expects + ORDER_OPERATORS,
                (operator, values) -> anyOf(
                        operator,
                        field,
                        values,
                        expression,
                        value -> Sql.of(
                                expression + " " + comparison(operator, field) + " " + mark, read.apply(value))));
    }

    /** A text field that knows all its values; the words of its message are the reference's. */
    static Condition oneOf(String field, String expression, List<String> known) {
        Condition text = text(field, expression);
        return new Condition(String.join(", ", known) + TEXT_OPERATORS, (operator, values) -> {
            known(operator, field);
            for (String value : values) {
                if (!known.contains(value) && !value.equals("null")) {
                    throw ClientError.of(Answer.jsonString(400, "unsupported " + field + " filter: " + value));
                }
            }
            return text.sql().apply(operator, values);
        });
    }

    /** Tags: {@code any}, {@code likeany}, {@code likeall}; whatever else is asked for means all of them. */
    static Condition tags(String expression) {
        return new Condition(
                "tags of both kinds with commas between them, which all have to be there; {field}:any for one of them,"
                        + " {field}:likeany and {field}:likeall for parts of tags",
                (operator, values) -> switch (operator) {
                    case "any" -> Sql.of(expression + " ??| ?::text[]", (Object) values.toArray(String[]::new));
                    case "likeany" -> likeEach(expression, values, " OR ");
                    case "likeall" -> likeEach(expression, values, " AND ");
                    default -> Sql.of(expression + " ??& ?::text[]", (Object) values.toArray(String[]::new));
                });
    }

    private static Sql likeEach(String expression, List<String> values, String between) {
        String one = "(" + expression + ")::text LIKE ?";
        return Sql.of(
                "(" + String.join(between, Collections.nCopies(values.size(), one)) + ")",
                values.stream().map(value -> "%" + value + "%").toArray());
    }

    private static Sql anyOf(
            String operator, String field, List<String> values, String expression, Function<String, Sql> one) {
        known(operator, field);
        List<Sql> parts = new ArrayList<>();
        for (String value : values) {
            parts.add(value.equals("null") ? Sql.of(expression + " IS NULL") : one.apply(value));
        }
        return Sql.of("(").and(Sql.joined(" OR ", parts)).and(")");
    }

    private static void known(String operator, String field) {
        if (!COMPARISONS.containsKey(operator) && !PATTERNS.containsKey(operator) && !operator.equals(IS)) {
            throw ClientError.of(
                    Answer.jsonString(400, "unsupported operator '" + operator + "' for field '" + field + "'"));
        }
    }

    private static String comparison(String operator, String field) {
        String comparison = COMPARISONS.get(operator);
        if (comparison == null) {
            throw ClientError.badRequest(
                    operator.equals(IS)
                            ? field + ":is: expected null"
                            : "operator '" + operator + "' compares texts, and " + field + " is none");
        }
        return comparison;
    }

    private static Optional<Long> integer(String text) {
        try {
            return Optional.of(Long.valueOf(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
