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
 * The filters of a list, as in the reference's newest state. A filter is a query parameter
 * {@code field:operator=value,value}. Immutable.
 *
 * <ul>
 *   <li>Values are combined with OR, parameters with AND.
 *   <li>Without an operator, {@code eq} is used.
 *   <li>Parameters with an empty operator or an unknown field are ignored.
 *   <li>The value {@code null} matches rows without a value, with any operator.
 * </ul>
 */
final class Filters {

    /** No filters. */
    static final Filters NONE = new Filters(Map.of());

    private static final Map<String, String> COMPARISONS =
            Map.of("eq", "=", "ne", "<>", "lt", "<", "le", "<=", "gt", ">", "ge", ">=");

    /** ILIKE patterns by operator. */
    private static final Map<String, String> PATTERNS = Map.of("co", "%%%s%%", "sw", "%s%%", "ew", "%%%s", "li", "%s");

    private static final String IS = "is";

    /** Most values in all filters of a request: far more than clients use, and well below the limit of a statement. */
    private static final int MAX_VALUES = 1000;

    private static final String ORDER_OPERATORS = "; {field}:operator with eq, ne, lt, le, gt, ge";
    private static final String TEXT_OPERATORS =
            ORDER_OPERATORS + ", co (contains), sw (starts with), ew (ends with), li (a pattern of LIKE), is (null)";

    /**
     * The filter of one field.
     *
     * @param expects description of its values and operators for the API's document, with the placeholder {@code {field}}
     * @param sql builds the SQL condition from an operator and its values
     */
    record Condition(String expects, BiFunction<String, List<String>, Sql> sql) {}

    private final Map<String, Condition> conditions;

    Filters(Map<String, Condition> conditions) {
        this.conditions = Map.copyOf(conditions);
    }

    /**
     * The conditions of a request's filters, joined by AND; empty if it has no filters.
     *
     * @throws ClientError 400 if an operator is unknown or a value is invalid for its field
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

    /** The description of each filter by the name of its field, for the API's document. */
    Map<String, String> expectations() {
        Map<String, String> all = new TreeMap<>();
        conditions.forEach(
                (field, condition) -> all.put(field, condition.expects().replace("{field}", field)));
        return all;
    }

    /** A filter on a text. */
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

    /** A filter on a whole number. */
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

    /** A filter on a time in milliseconds. Its error message is the reference's. */
    static Condition time(String field, String expression) {
        return compared(
                "whole numbers, in the unit of the field in answers",
                field,
                expression,
                "?",
                value -> integer(value)
                        .orElseThrow(() -> ClientError.of(Answer.jsonString(
                                400,
                                "invalid " + field + ": expected integer epoch milliseconds, got '" + value + "'"))));
    }

    /** A filter on JSON, which is compared as a whole. */
    static Condition json(String field, String expression) {
        return compared("JSON without commas, compared as a whole", field, expression, "?::jsonb", value -> value);
    }

    /**
     * A filter on values that have an order but are not texts.
     *
     * @param mark the question mark for a value, with a cast if needed
     * @param read converts the text of a value to the bound parameter
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

    /**
     * A filter on a text with a fixed set of values. Its error message is the reference's.
     *
     * <p>The planner assumes that an unknown expression equals a value in one of 200 rows. So it would compute the expression
     * for all rows of the list and sort them. Of a CASE it assumes that it is true for half of the rows, and reads the newest
     * rows until the page is full.
     */
    static Condition oneOf(String field, String expression, List<String> known) {
        Condition text = text(field, expression);
        return new Condition(String.join(", ", known) + TEXT_OPERATORS, (operator, values) -> {
            requireKnown(operator, field);
            for (String value : values) {
                if (!known.contains(value) && !value.equals("null")) {
                    throw ClientError.of(Answer.jsonString(400, "unsupported " + field + " filter: " + value));
                }
            }
            return Sql.of("CASE WHEN").and(text.sql().apply(operator, values)).and("THEN true ELSE false END");
        });
    }

    /** A filter on tags with {@code any}, {@code likeany} and {@code likeall}; any other operator requires all tags. */
    static Condition tags(String expression) {
        return new Condition(
                "tags or system tags, separated by commas, all of which must be present; {field}:any for at least one of them,"
                        + " {field}:likeany and {field}:likeall for substrings of tags",
                (operator, values) -> switch (operator) {
                    case "any" -> Sql.of(expression + " ??| ?::text[]", (Object) values.toArray(String[]::new));
                    case "likeany" -> likeEach(expression, values, " OR ");
                    case "likeall" -> likeEach(expression, values, " AND ");
                    default -> Sql.of(expression + " ??& ?::text[]", (Object) values.toArray(String[]::new));
                });
    }

    private static Sql likeEach(String expression, List<String> values, String separator) {
        String one = "(" + expression + ")::text LIKE ?";
        return Sql.of(
                "(" + String.join(separator, Collections.nCopies(values.size(), one)) + ")",
                values.stream().map(value -> "%" + value + "%").toArray());
    }

    private static Sql anyOf(
            String operator, String field, List<String> values, String expression, Function<String, Sql> one) {
        requireKnown(operator, field);
        List<Sql> alternatives = new ArrayList<>();
        for (String value : values) {
            alternatives.add(value.equals("null") ? Sql.of(expression + " IS NULL") : one.apply(value));
        }
        return Sql.of("(").and(Sql.joined(" OR ", alternatives)).and(")");
    }

    private static void requireKnown(String operator, String field) {
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
