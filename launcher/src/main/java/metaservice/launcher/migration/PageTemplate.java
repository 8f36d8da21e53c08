package metaservice.launcher.migration;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file of the page, with a place <code>{{name}}</code> for each part. Its style and its script are the same for every
 * request, so a browser may run them by their hashes, and nothing else. Immutable.
 *
 * @param text the file
 * @param contentSecurityPolicy value of the header of that name
 */
record PageTemplate(String text, String contentSecurityPolicy) {

    private static final String FILE = "page.html";
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z]+)}}");
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);
    private static final Pattern SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);

    private static final String POLICY = "default-src 'none'; style-src %s; script-src %s; connect-src 'self';"
            + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** The file is read when the page is asked for first. */
    private static final class Loaded {
        static final PageTemplate TEMPLATE = read();
    }

    static PageTemplate get() {
        return Loaded.TEMPLATE;
    }

    private static PageTemplate read() {
        try (InputStream file = PageTemplate.class.getResourceAsStream(FILE)) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return new PageTemplate(text, POLICY.formatted(hash(STYLE, text), hash(SCRIPT, text)));
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " cannot be read", e);
        }
    }

    /**
     * The page with the given parts.
     *
     * @throws IllegalArgumentException if a part is missing
     */
    String fill(Map<String, Html> parts) {
        return PLACE.matcher(text).replaceAll((MatchResult place) -> {
            Html part = parts.get(place.group(1));
            if (part == null) {
                throw new IllegalArgumentException(FILE + " needs a part '" + place.group(1) + "'");
            }
            return Matcher.quoteReplacement(part.markup());
        });
    }

    private static String hash(Pattern element, String text) {
        Matcher found = element.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException(FILE + " lacks an element " + element);
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(found.group(1).getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
