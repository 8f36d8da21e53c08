package metaservice.benchmarks.load;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Measures one workload after the other: in each round our service, the ceiling and the peer, one at a time. */
final class Rounds {

    /** Distance between the unique numbers of two measurements; more than the requests of one. */
    private static final long NUMBERS = 1_000_000_000;

    private final Wrk wrk;
    private final Optional<Pgbench> pgbench;
    private final Server ours;
    private final Optional<Server> peer;
    private final long postmaster;
    private final AtomicLong numbers = new AtomicLong(NUMBERS);

    /**
     * Measures these servers.
     *
     * @param pgbench measures the ceiling in the database of our service; empty: no ceiling
     * @param postmaster the id of the first process of the PostgreSQL server that the benchmark started
     */
    Rounds(Wrk wrk, Optional<Pgbench> pgbench, Server ours, Optional<Server> peer, long postmaster) {
        this.wrk = wrk;
        this.pgbench = pgbench;
        this.ours = ours;
        this.peer = peer;
        this.postmaster = postmaster;
    }

    /** Lets the servers compile what they need for a workload; the result is not used. */
    void warmUp(Workload workload, int connections, Duration duration)
            throws IOException, InterruptedException, SQLException {
        wrk.measure(ours.address(), workload, ours.data(), connections, duration, nextNumber());
        if (peer.isPresent()) {
            wrk.measure(peer.get().address(), workload, peer.get().data(), connections, duration, nextNumber());
        }
    }

    Measurement measure(Workload workload, int connections, Duration duration, int rounds)
            throws IOException, InterruptedException, SQLException {
        List<ServerResult> ourRounds = new ArrayList<>();
        List<ServerResult> peerRounds = new ArrayList<>();
        List<Double> ceilings = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            ourRounds.add(measure(ours, workload, connections, duration));
            if (pgbench.isPresent()) {
                prepare(ours.data(), workload);
                ceilings.add(
                        pgbench.get().requestsPerSecond(workload, ours.data(), connections, duration, nextNumber()));
            }
            if (peer.isPresent()) {
                peerRounds.add(measure(peer.get(), workload, connections, duration));
            }
        }
        return new Measurement(
                workload.label(),
                connections,
                ServerResult.median(ourRounds),
                ceilings.isEmpty() ? Double.NaN : ServerResult.median(ceilings, Double::doubleValue),
                peerRounds.isEmpty() ? null : ServerResult.median(peerRounds));
    }

    private ServerResult measure(Server server, Workload workload, int connections, Duration duration)
            throws IOException, InterruptedException, SQLException {
        prepare(server.data(), workload);
        long database = ProcessStat.microsWithChildren(postmaster);
        double service = micros(server);
        WrkResult wrkResult =
                wrk.measure(server.address(), workload, server.data(), connections, duration, nextNumber());
        double requests = Math.max(1, wrkResult.requests());
        return new ServerResult(
                wrkResult.perSecond(),
                wrkResult.p50(),
                wrkResult.p99(),
                (micros(server) - service) / requests,
                (ProcessStat.microsWithChildren(postmaster) - database) / requests,
                wrkResult.failures());
    }

    /** Makes measurements comparable: rows as they were at first, and no dirty pages. */
    static void prepare(TestData data, Workload workload) throws SQLException {
        if (workload.changesBeats()) {
            data.restoreBeats();
        }
        data.checkpoint();
    }

    private static double micros(Server server) throws IOException {
        return server.process().isPresent()
                ? ProcessStat.microsWithChildren(server.process().get())
                : Double.NaN;
    }

    private long nextNumber() {
        return numbers.getAndAdd(NUMBERS);
    }
}
