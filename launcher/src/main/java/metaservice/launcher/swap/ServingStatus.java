package metaservice.launcher.swap;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.ServiceVersion;

/**
 * What stands behind the front door and what is being done about it, at one moment; what the status tells of it.
 * Immutable; only moves that {@link ServiceState} and {@link SwapState} draw lead from one to the next.
 *
 * @param state of the service
 * @param version of the service; the last one's if it is down, empty before the first
 * @param since when the state began, with this version
 * @param swap the exchange under way, or the last one
 */
record ServingStatus(ServiceState state, Optional<ServiceVersion> version, Instant since, Swap swap) {

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

    /** With another state of the service; empty if that is no legal move. */
    Optional<ServingStatus> service(ServiceState next, Optional<ServiceVersion> version, Instant now) {
        return state.canBecome(next) ? Optional.of(new ServingStatus(next, version, now, swap)) : Optional.empty();
    }

    /** With another state of the swap; empty if that is no legal move. */
    Optional<ServingStatus> swap(Swap next) {
        return swap.state().canBecome(next.state())
                ? Optional.of(new ServingStatus(state, version, since, next))
                : Optional.empty();
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
