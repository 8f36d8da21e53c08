package metaservice.benchmarks.load;

/**
 * Latencies of one workload at a fixed rate.
 *
 * @param workload its label
 * @param perSecond the rate
 * @param peer null without a peer
 */
record FixedRate(String workload, double perSecond, OpenLoop.Result ours, OpenLoop.Result peer) {

    long failures() {
        return ours.failures() + (peer == null ? 0 : peer.failures());
    }
}
