package metaservice.migrations;

import java.util.List;

/**
 * Something in a database that is not as this build expects.
 *
 * @param what one clause: the object, what it is, and what was expected
 * @param repairable whether {@link DatabaseRepair#repair} changes it; otherwise an operator has to decide
 * @param sql statements without semicolons, for the search path of the tables: those of the repair; or those that an
 *     operator can run or adapt, with comments after {@code --}; may be empty
 */
public record RepairFinding(String what, boolean repairable, List<String> sql) {

    /** Copies the list. */
    public RepairFinding {
        sql = List.copyOf(sql);
    }
}
