package metaservice.resources;

/** Whether the answer to a batch lists the rows that were not stored. */
public enum RejectedRows {
    /** The answer has only the number of stored rows. This is the behaviour of the reference. */
    NOT_REPORTED,
    /** The answer also lists the rows that were not stored, with the reasons. */
    REPORTED
}
