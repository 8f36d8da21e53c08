package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import metaservice.kit.EndpointContext;
import metaservice.kit.Sql;

/**
 * The rules for heartbeats, the same as in the reference. Times are in seconds since the epoch. A heartbeat is stored only
 * if the previous one is at least ten seconds old. A new run or task starts with a heartbeat if its client sends
 * heartbeats, which depends on the client's version in the {@code metaflow_version:} tag.
 */
final class Heartbeats {

    /** Shortest interval between two stored heartbeats, in seconds. */
    static final int INTERVAL_SECONDS = 10;

    private static final String VERSION_TAG = "metaflow_version:";
    private static final Pattern VERSION =
            Pattern.compile("(0|[1-9][0-9]{0,8})(?:\\.(0|[1-9][0-9]{0,8}))?(?:\\.(0|[1-9][0-9]{0,8}))?");

    private Heartbeats() {}

    /** The SQL condition for storing a heartbeat; {@code row} is the table or its alias. */
    static Sql condition(String row, long now) {
        return Sql.of(
                "(" + row + ".last_heartbeat_ts IS NULL OR " + row + ".last_heartbeat_ts <= ?)",
                now - INTERVAL_SECONDS);
    }

    /** The first heartbeat of a new run or task; empty if its client does not send heartbeats. */
    static Optional<Long> first(EndpointContext context, JsonNode body) {
        return areSentBy(body.get("system_tags")) ? Optional.of(context.seconds()) : Optional.empty();
    }

    /**
     * Whether a client with these system tags sends heartbeats.
     *
     * <ul>
     *   <li>Yes if the tags are missing, not iterable, or not only texts.
     *   <li>Otherwise no if there is no version tag.
     *   <li>Otherwise the first version tag decides: yes for 2.2.12 and later, for 1.14.0 and later below 2, and for text
     *       that is not a version.
     * </ul>
     */
    static boolean areSentBy(JsonNode systemTags) {
        if (systemTags != null && systemTags.isTextual()) {
            return false;
        }
        if (systemTags == null || !systemTags.isContainerNode()) {
            return true;
        }
        List<String> tags = new ArrayList<>();
        systemTags.properties().forEach(member -> tags.add(member.getKey()));
        for (JsonNode tag : systemTags.isArray() ? systemTags : List.<JsonNode>of()) {
            if (!tag.isTextual()) {
                return true;
            }
            tags.add(tag.textValue());
        }
        Optional<String> version = tags.stream()
                .filter(tag -> tag.startsWith(VERSION_TAG))
                .map(tag -> tag.substring(VERSION_TAG.length()))
                .findFirst();
        return version.isPresent() && areSentByVersion(version.get());
    }

    private static boolean areSentByVersion(String text) {
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.find()) {
            return true;
        }
        Version version = new Version(part(matcher, 1), part(matcher, 2), part(matcher, 3));
        return Version.ORDER.compare(version, version.major < 2 ? Version.FIRST_1_X : Version.FIRST) >= 0;
    }

    private static int part(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Integer.parseInt(matcher.group(group));
    }

    /** A client's version. */
    private record Version(int major, int minor, int patch) {
        static final Comparator<Version> ORDER = Comparator.comparingInt(Version::major)
                .thenComparingInt(Version::minor)
                .thenComparingInt(Version::patch);
        static final Version FIRST = new Version(2, 2, 12);
        static final Version FIRST_1_X = new Version(1, 14, 0);
    }
}
