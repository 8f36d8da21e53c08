package metaservice.tools.rehearse;

/**
 * An answer of the metadata service.
 *
 * @param status HTTP status
 * @param body as it came
 */
record Answer(int status, String body) {

    /** Whether the service has no such route. */
    boolean isUnknownRoute() {
        return status == 404 || status == 405;
    }
}
