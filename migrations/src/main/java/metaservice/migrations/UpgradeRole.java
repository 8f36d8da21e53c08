package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * The role as which an upgrade works: the owner of the tables if the login role may become it, else the login role. So an
 * upgrade by any member of the owner creates tables that all members can use. In an empty schema it is the owner of the
 * schema or of the database, if that is a role for groups (NOLOGIN) and the login role may become it.
 *
 * @param login the login role, as an SQL identifier
 * @param name the role of the upgrade, as an SQL identifier
 */
record UpgradeRole(String login, String name) {

    // From version 16 on, a member needs the option SET to become a role.
    private static final String MAY_BECOME =
            "pg_has_role(%s, CASE WHEN current_setting('server_version_num')::int >= 160000"
                    + " THEN 'SET' ELSE 'MEMBER' END)";

    private static final String CHOOSE = """
            SELECT quote_ident(current_user) AS login, quote_ident(chosen.rolname) AS name
            FROM (SELECT 1) AS always
            LEFT JOIN LATERAL (
                SELECT r.rolname
                FROM (SELECT 1 AS rank, relowner AS oid FROM pg_class
                      WHERE relnamespace = ?::oid AND relname = 'flows_v3'
                      UNION ALL
                      SELECT 2, nspowner FROM pg_namespace WHERE oid = ?::oid
                      UNION ALL
                      SELECT 3, datdba FROM pg_database WHERE datname = current_database()) AS candidate
                JOIN pg_roles r ON r.oid = candidate.oid
                WHERE %s AND has_schema_privilege(r.oid, ?::oid, 'CREATE')
                  AND (candidate.rank = 1
                       OR NOT (r.rolcanlogin OR r.rolsuper OR r.rolname LIKE 'pg\\_%%'
                               OR EXISTS (SELECT FROM pg_class
                                          WHERE relnamespace = ?::oid AND relname = 'flows_v3')))
                ORDER BY candidate.rank
                LIMIT 1) AS chosen ON true
            """.formatted(MAY_BECOME.formatted("r.oid"));

    /** What the role lacks: a table that it does not own or may not write, or the right to create tables. */
    private static final String LACKS = """
            SELECT format('Role %s may not create tables in schema %s.', ?::text, quote_ident(nspname)) AS reason,
                   format('Run GRANT USAGE, CREATE ON SCHEMA %s TO %s, and %s again.', quote_ident(nspname), ?::text, ?::text)
                       AS remedy
            FROM pg_namespace
            WHERE oid = ?::oid AND NOT has_schema_privilege(oid, 'CREATE')
            UNION ALL
            SELECT format('Role %s may not change table %s, which belongs to role %s.', ?::text, c.oid::regclass,
                          quote_ident(pg_get_userbyid(c.relowner))),
                   format('Run GRANT %1$s TO %2$s, or %3$s as role %1$s.', quote_ident(pg_get_userbyid(c.relowner)), ?::text,
                          ?::text)
            FROM pg_class c
            WHERE c.relnamespace = ?::oid AND c.relkind IN ('r', 'p')
              AND NOT pg_has_role(c.relowner, 'USAGE')
              AND (c.relname = ANY (?)
                   OR (c.relname = ANY (?)
                       AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                                AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))))
            LIMIT 1
            """;

    /** What a role lacks for an upgrade, and how to correct it; one sentence each. */
    record Lack(String reason, String remedy) {}

    /** Chooses the role; changes nothing. */
    static UpgradeRole choose(Connection connection, DatabaseSchema schema) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(CHOOSE)) {
            for (int i = 1; i <= 4; i++) {
                query.setLong(i, schema.oid());
            }
            try (ResultSet row = query.executeQuery()) {
                row.next();
                String login = row.getString("login");
                return new UpgradeRole(
                        login, Optional.ofNullable(row.getString("name")).orElse(login));
            }
        }
    }

    /**
     * Makes it the role of a session, until the session ends. The search path becomes the given schema, because the search
     * path of the login role may contain {@code $user}, which depends on the role.
     */
    void assume(Connection connection, DatabaseSchema schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE " + name);
            statement.execute("SET search_path = " + schema.quoted());
        }
    }

    /**
     * What the role lacks for an upgrade or a repair; empty if it lacks nothing. Changes nothing.
     *
     * @param connection a session with this role
     * @param tables the tables that migrations change
     * @param action the verb for the remedy: what the operator does again
     */
    Optional<Lack> lack(Connection connection, Location location, List<String> tables, String action)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LACKS)) {
            query.setString(1, name);
            query.setString(2, name);
            query.setString(3, action);
            query.setLong(4, location.schema().oid());
            query.setString(5, name);
            query.setString(6, name);
            query.setString(7, action);
            query.setLong(8, location.schema().oid());
            query.setArray(9, connection.createArrayOf("text", tables.toArray()));
            query.setArray(
                    10, connection.createArrayOf("text", location.ownTables().toArray()));
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? Optional.of(new Lack(row.getString("reason"), row.getString("remedy")))
                        : Optional.empty();
            }
        }
    }
}
