package metaservice.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives the tables that an upgrade creates beside the six tables the grants of {@code flows_v3}, so that every role that
 * can use these can also read the ledgers. Tables that have grants already are not changed.
 */
final class Grants {

    /**
     * One GRANT for each privilege on flows_v3. A sequence gets the privileges that INSERT needs. The owner of flows_v3 gets
     * all privileges if the new tables belong to another role.
     */
    private static final String MISSING = """
            WITH flows AS (
                SELECT relowner, relacl FROM pg_class WHERE relnamespace = ?::oid AND relname = 'flows_v3'
            ), granted AS (
                SELECT acl.grantee, acl.privilege_type, acl.is_grantable
                FROM flows CROSS JOIN LATERAL aclexplode(flows.relacl) AS acl
                WHERE acl.grantee <> flows.relowner
                UNION ALL
                SELECT relowner, privilege, true FROM flows, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
            ), new_tables AS (
                SELECT oid, relowner FROM pg_class
                WHERE relnamespace = ?::oid AND relkind = 'r' AND relacl IS NULL AND relname = ANY (?)
                  AND pg_has_role(relowner, 'USAGE')
            ), statements (sql) AS (
                SELECT format('GRANT %s ON TABLE %s TO %s%s', granted.privilege_type, new_tables.oid::regclass, role.name,
                              CASE WHEN granted.is_grantable AND granted.grantee <> 0 THEN ' WITH GRANT OPTION' ELSE '' END)
                FROM granted CROSS JOIN new_tables
                CROSS JOIN LATERAL (SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC'
                                           ELSE quote_ident(pg_get_userbyid(granted.grantee)) END) AS role (name)
                WHERE granted.grantee <> new_tables.relowner
                UNION ALL
                SELECT format('GRANT USAGE, SELECT ON SEQUENCE %s TO %s', sequence.oid::regclass, role.name)
                FROM granted CROSS JOIN new_tables
                JOIN pg_depend owned ON owned.refobjid = new_tables.oid AND owned.refclassid = 'pg_class'::regclass
                                    AND owned.classid = 'pg_class'::regclass AND owned.deptype = 'a'
                JOIN pg_class sequence ON sequence.oid = owned.objid AND sequence.relkind = 'S'
                CROSS JOIN LATERAL (SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC'
                                           ELSE quote_ident(pg_get_userbyid(granted.grantee)) END) AS role (name)
                WHERE granted.privilege_type = 'INSERT' AND granted.grantee <> new_tables.relowner
            )
            SELECT DISTINCT sql FROM statements ORDER BY sql
            """;

    private Grants() {}

    /**
     * Copies the grants. Does nothing while flows_v3 does not exist. Idempotent.
     *
     * @param connection in autocommit mode, with the role of the upgrade
     */
    static void copyToNewTables(Connection connection, Location location) throws SQLException {
        List<String> tables = Stream.concat(location.ownTables().stream(), Stream.of(NodeTable.TABLE))
                .toList();
        List<String> grants = missing(connection, location.schema(), tables);
        if (!grants.isEmpty()) {
            // In one transaction, because a table with a part of its grants would count as finished.
            Transaction.run(connection, statement -> {
                for (String grant : grants) {
                    statement.execute(grant);
                }
            });
        }
    }

    /** The statements that give the tables the grants of {@code flows_v3}; none for a table that has grants. */
    static List<String> missing(Connection connection, DatabaseSchema schema, List<String> tables) throws SQLException {
        List<String> grants = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(MISSING)) {
            query.setLong(1, schema.oid());
            query.setLong(2, schema.oid());
            query.setArray(3, connection.createArrayOf("text", tables.toArray()));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    grants.add(rows.getString(1));
                }
            }
        }
        return grants;
    }
}
