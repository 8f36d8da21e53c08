package metaservice.launcher.swap;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.ServiceVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands behind the front door and what is being done about it, at one moment; what the status tells of it. A move
 * that is not legal is a mistake of ours, which the log tells; it is taken all the same, because what is told has to
 * follow what happens, and a keeper that fails at telling could never swap again.
 *
 * @param state of the service
 * @param version of the service; the last one's if it is down, empty before the first
 * @param since when the state began, with this version
 * @param swap the exchange under way, or the last one
 */
record ServingStatus(ServiceState state, Optional<ServiceVersion> version, Instant since, Swap swap) {

    private static final Logger LOG = LoggerFactory.getLogger(ServingStatus.class);

    /**
     * An exchange of services.
     *
     * @param from empty if nobody served
     * @param to empty if nothing was exchanged yet, or nobody may run on the database
     * @param reason why the last attempt failed, or why nothing is done; empty if all is well
     * @param attempts how often the one under way failed so far
     * @param since when the state began
     */
    record Swap(
            SwapState state,
            Optional<ServiceVersion> from,
            Optional<ServiceVersion> to,
            Optional<String> reason,
            int attempts,
            Instant since) {

        private Map<String, Object> members() {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("state", state.wireName());
            members.put("from", from);
            members.put("to", to);
            members.put("reason", reason);
            members.put("attempts", attempts);
            members.put("since", since.toString());
            return members;
        }
    }

    static ServingStatus initial(Instant now) {
        Swap none = new Swap(SwapState.IDLE, Optional.empty(), Optional.empty(), Optional.empty(), 0, now);
        return new ServingStatus(ServiceState.STARTING, Optional.empty(), now, none);
    }

    /** Who stops, stops: everything that comes later leaves it so. */
    ServingStatus service(ServiceState next, Optional<ServiceVersion> version, Instant now) {
        if (state == ServiceState.STOPPING) {
            return this;
        }
        if (!state.canBecome(next)) {
            LOG.error("A service that is {} became {}", state, next);
        }
        return new ServingStatus(next, version, now, swap);
    }

    ServingStatus swap(Swap next) {
        if (!swap.state().canBecome(next.state())) {
            LOG.error("A swap that is {} became {}", swap.state(), next.state());
        }
        return new ServingStatus(state, version, since, next);
    }

    /** The members {@code service} and {@code swap} of the status; versions are texts, absent ones null. */
    Map<String, Object> members() {
        Map<String, Object> service = new LinkedHashMap<>();
        service.put("version", version);
        service.put("state", state.wireName());
        service.put("since", since.toString());
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("service", service);
        members.put("swap", swap.members());
        return members;
    }
}
