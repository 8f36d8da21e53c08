package metaservice.tools;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The result of one HTTP request. */
sealed interface Reply {

    /**
     * A complete HTTP response.
     *
     * @param contentType value of the header {@code Content-Type}; empty if it is missing
     */
    record Answered(int status, String contentType, String body) implements Reply {

        /** The start or the end of an element, such as {@code <html>} or {@code </p>}. */
        private static final Pattern TAG = Pattern.compile("<(!doctype|/?[a-z][a-z0-9]*)(\\s[^>]*)?/?>");

        /**
         * The service returns 503 while it stops or has no database; gateways return these in its place, among them
         * the ones that Cloudflare made up (520 to 530).
         */
        boolean hasGatewayStatus() {
            return Set.of(408, 429, 502, 503, 504).contains(status) || (520 <= status && status <= 530);
        }

        /** Whether a proxy may have made this response, because the service did not answer it. */
        boolean isOfGateway() {
            return hasGatewayStatus() || (status >= 500 && isHtml());
        }

        /** Whether the body is a page for a browser, which the service never returns. */
        boolean isHtml() {
            String type = contentType.toLowerCase(Locale.ROOT);
            return type.contains("html")
                    || type.contains("xml")
                    || TAG.matcher(body.toLowerCase(Locale.ROOT)).find();
        }
    }

    /**
     * No complete response.
     *
     * @param problem one line for the operator
     * @param sent whether the request may have reached the service
     */
    record NoResponse(String problem, boolean sent) implements Reply {}
}
