package metaservice.benchmarks.load;

/**
 * One line of the table.
 *
 * @param workload its label
 * @param ceiling requests per second that PostgreSQL answers with the same statements; NaN if it was not measured
 * @param peer null without a peer
 */
record Measurement(String workload, int connections, ServerResult ours, double ceiling, ServerResult peer) {

    double shareOfCeiling() {
        return ours.perSecond() / ceiling;
    }

    double timesPeer() {
        return peer == null ? Double.NaN : ours.perSecond() / peer.perSecond();
    }

    /** The requests per second that the peer, or without a peer our service, answers. */
    double reference() {
        return peer == null ? ours.perSecond() : peer.perSecond();
    }

    long failures() {
        return ours.failures() + (peer == null ? 0 : peer.failures());
    }
}
