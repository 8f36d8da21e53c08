package metaservice.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Finds variables that look like settings but are none, because a misspelled name would be ignored silently. */
public final class UnknownVariables {

    private static final String PREFIX = "MF_";

    /** Largest edit distance between a name and a suggested setting. */
    private static final int MAX_DISTANCE = 3;

    /** Variables that Kubernetes and Docker links set for a service whose name starts with "mf-". */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_[0-9]+_.*)");

    private UnknownVariables() {}

    /** One sentence for each unknown variable that starts with {@code MF_}, sorted by name. */
    public static List<String> warnings(Map<String, String> environment) {
        Set<String> known = Setting.names();
        List<String> warnings = new ArrayList<>();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(PREFIX) && !known.contains(name) && !isReferenceSetting(name)) {
                Optional<String> nearest = nearest(name, known);
                if (nearest.isPresent()) {
                    warnings.add(name + " is not a setting and is ignored; did you mean " + nearest.get() + "?");
                } else if (!SERVICE_LINK.matcher(name).matches()) {
                    warnings.add(name + " is not a setting and is ignored; --help lists the settings");
                }
            }
        }
        return warnings;
    }

    private static boolean isReferenceSetting(String name) {
        return Setting.WITHOUT_EFFECT.contains(name) || Setting.REFERENCE_ONLY.contains(name);
    }

    private static Optional<String> nearest(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= MAX_DISTANCE)
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** The edit distance: how many letters must be added, removed or replaced to turn one text into the other. */
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
