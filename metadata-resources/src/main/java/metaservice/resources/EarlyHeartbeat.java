package metaservice.resources;

/** The answer to a heartbeat less than ten seconds after the previous one. Such a heartbeat is never stored. */
public enum EarlyHeartbeat {
    /** 404, as for an unknown run or task. This is the behaviour of the reference. */
    NOT_FOUND,
    /** 200. */
    ACCEPTED
}
