package metaservice.resources;

/** What a heartbeat answers that comes less than ten seconds after the last one. It is never written. */
public enum EarlyHeartbeat {
    /** 404, as for an unknown run or task; the reference answers so. */
    NOT_FOUND,
    /** 200, because its sender is alive. */
    FINE
}
