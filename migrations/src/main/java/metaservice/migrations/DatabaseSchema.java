package metaservice.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The schema of the database that contains the tables. The services use unqualified names, so it is the schema in which
 * the search path of the session finds {@code flows_v3}, and without this table the one in which the session creates
 * tables.
 *
 * @param oid object id in the catalog
 * @param name its name
 * @param quoted its name as an SQL identifier
 */
record DatabaseSchema(long oid, String name, String quoted) {

    /** SQL state insufficient_privilege. */
    static final String NO_PRIVILEGE = "42501";

    /** SQL state invalid_schema_name. */
    private static final String NO_SCHEMA = "3F000";

    /**
     * The server leaves out schemas of the search path that do not exist or that the role may not use. A schema of the
     * latter kind may contain the tables, and then another schema must not be taken for an empty database.
     */
    private static final String FIND = """
            SELECT n.oid, n.nspname, quote_ident(n.nspname) AS quoted, current_user AS role,
                   current_setting('search_path') AS search_path,
                   (SELECT quote_ident(hidden.nspname)
                    FROM pg_namespace hidden
                    JOIN pg_class c ON c.relnamespace = hidden.oid AND c.relname = 'flows_v3'
                    WHERE to_regclass('flows_v3') IS NULL AND NOT has_schema_privilege(hidden.oid, 'USAGE')
                      AND hidden.nspname::text IN (
                          SELECT CASE trim(entry, ' "') WHEN '$user' THEN current_user::text ELSE trim(entry, ' "') END
                          FROM unnest(string_to_array(current_setting('search_path'), ',')) AS entry)
                    LIMIT 1) AS hidden
            FROM (SELECT 1) AS always
            LEFT JOIN pg_namespace n
              ON n.oid = coalesce((SELECT relnamespace FROM pg_class WHERE oid = to_regclass('flows_v3')),
                                  (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            """;

    /**
     * Finds the schema. Changes nothing.
     *
     * @throws SQLException also if the search path names no schema that the role may use, or if the role may not use the
     *     schema with the tables; the message says what to do
     */
    static DatabaseSchema find(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(FIND)) {
            row.next();
            String role = row.getString("role");
            String hidden = row.getString("hidden");
            if (hidden != null) {
                throw new SQLException(
                        "Role " + role + " may not use schema " + hidden
                                + ", which contains the tables: run GRANT USAGE ON SCHEMA " + hidden + " TO " + role,
                        NO_PRIVILEGE);
            }
            if (row.getString("nspname") == null) {
                throw new SQLException(
                        "the search path (" + row.getString("search_path") + ") of role " + role
                                + " contains no schema that exists and that the role may use: create one, or change the"
                                + " search path",
                        NO_SCHEMA);
            }
            return new DatabaseSchema(row.getLong("oid"), row.getString("nspname"), row.getString("quoted"));
        }
    }

    /**
     * The name of a table with the schema, as SQL.
     *
     * @param table a name that needs no quotes
     */
    String qualified(String table) {
        return quoted + "." + table;
    }
}
