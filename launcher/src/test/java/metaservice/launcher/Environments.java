package metaservice.launcher;

import java.util.HashMap;
import java.util.Map;

/** Environments for tests. */
public final class Environments {

    private Environments() {}

    /** A copy of an environment with one variable set. */
    public static Map<String, String> with(Map<String, String> environment, String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return more;
    }
}
