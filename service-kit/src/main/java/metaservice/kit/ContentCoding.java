package metaservice.kit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** A coding of a request body that the header {@code Content-Encoding} names (RFC 9110, section 8.4). */
enum ContentCoding {
    /** Gzip members, one after another (RFC 1952). */
    GZIP,
    /** A zlib stream (RFC 1950), or a bare deflate stream (RFC 1951), which some clients send under the same name. */
    DEFLATE;

    /** The names that clients may use, as in the header {@code Accept-Encoding}. */
    static final String ACCEPTED = "gzip, deflate, identity";

    /** Most codings of one body. Each costs a pass over the body, and no client needs more than one. */
    private static final int MOST = 4;

    private static final int LONGEST_NAME_SHOWN = 40;

    /**
     * Reads the values of the header.
     *
     * @return the codings in the order in which they are to be removed
     * @throws ClientError 415 with {@code Accept-Encoding} if one of them is unknown or if there are too many
     */
    static List<ContentCoding> of(List<String> headers) {
        List<ContentCoding> codings = new ArrayList<>();
        for (String element : String.join(",", headers).split(",", -1)) {
            String name = element.strip();
            switch (name.toLowerCase(Locale.ROOT)) {
                case "", "identity" -> {
                    continue;
                }
                case "gzip", "x-gzip" -> codings.add(GZIP);
                case "deflate" -> codings.add(DEFLATE);
                default -> throw unsupported("found " + shortened(name));
            }
        }
        if (codings.size() > MOST) {
            throw unsupported("found " + codings.size() + " codings of one body, at most " + MOST + " are accepted");
        }
        Collections.reverse(codings); // the header lists them in the order in which they were applied
        return codings;
    }

    private static ClientError unsupported(String found) {
        return ClientError.of(Answer.message(415, "Content-Encoding: expected one of " + ACCEPTED + "; " + found)
                .with("Accept-Encoding", ACCEPTED));
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME_SHOWN ? name : name.substring(0, LONGEST_NAME_SHOWN) + "...";
    }
}
