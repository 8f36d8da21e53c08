package metaservice.launcher.swap;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import metaservice.migrations.ServiceVersion;

/**
 * The state of a service and of its swap at one moment. Immutable; changes follow the moves that {@link ServiceState}
 * and {@link SwapState} allow.
 *
 * @param state of the service
 * @param version of the service, or of the last one if it is down; empty before the first
 * @param since when the state began, with this version
 * @param swap the swap under way, or the last one
 */
record ServingStatus(ServiceState state, Optional<ServiceVersion> version, Instant since, Swap swap) {

    /**
     * A swap of services.
     *
     * @param from the version that was replaced; empty if none served
     * @param to the version that is wanted; empty before the first swap, and if no version may run on the database
     * @param reason why the last attempt failed, or why no service is started; empty otherwise
     * @param attempts failed attempts to start the wanted version
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

    /** The status after a change of the service; empty if the move is illegal. */
    Optional<ServingStatus> service(ServiceState next, Optional<ServiceVersion> version, Instant now) {
        return state.canBecome(next) ? Optional.of(new ServingStatus(next, version, now, swap)) : Optional.empty();
    }

    /** The status after a change of the swap; empty if the move is illegal. */
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
