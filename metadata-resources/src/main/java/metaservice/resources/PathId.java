package metaservice.resources;

import metaservice.kit.ClientError;
import metaservice.kit.Column;
import metaservice.kit.Sql;

/**
 * The id of a run or task in a path. An id of digits only is a number, any other id is a name, as in the reference.
 * Immutable.
 *
 * @param field the name of the id in error messages
 * @param text the decoded id
 */
public record PathId(String field, String text) {

    /**
     * The SQL condition that selects the object with this id.
     *
     * @param numberColumn the column with numbers
     * @param nameColumn the column with names
     * @throws ClientError 400 if the number is larger than a bigint
     */
    public Sql matches(String numberColumn, String nameColumn) {
        return Column.isNumber(text) ? Sql.of(numberColumn + " = ?", number()) : Sql.of(nameColumn + " = ?", text);
    }

    private long number() {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ClientError.badRequest(
                    field + " " + text + ": expected a number of at most " + Long.MAX_VALUE + ", or a name", e);
        }
    }
}
