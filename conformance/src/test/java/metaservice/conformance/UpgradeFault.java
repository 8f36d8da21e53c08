package metaservice.conformance;

/** What breaks while an upgrade runs. */
enum UpgradeFault {
    /** The launcher's process gets SIGKILL and is started again. */
    LAUNCHER_KILLED,
    /** The server ends the connection that runs the migration. */
    WORKER_CUT,
    /** The server ends the connection that holds the lock for which nodes compete. */
    LOCK_HOLDER_CUT,
    /** The server stops, which ends all connections, and starts again on the same port. */
    SERVER_RESTARTED
}
