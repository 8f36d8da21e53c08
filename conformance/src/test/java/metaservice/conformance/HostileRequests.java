package metaservice.conformance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Generates malformed and hostile requests. The same seed and number give the same request. A request is a text with one
 * character for each byte, so that it can hold any bytes.
 */
final class HostileRequests {

    private static final List<String> METHODS = List.of(
            "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G\0T");

    private static final List<String> MEMBERS = List.of(
            "user_name",
            "tags",
            "system_tags",
            "run_number",
            "task_id",
            "step_name",
            "field_name",
            "value",
            "type",
            "name",
            "location",
            "ds_type",
            "sha",
            "content_type",
            "attempt_id",
            "tags_to_add",
            "tags_to_remove",
            "flow_id",
            "ts_epoch",
            "__proto__");

    private static final List<String> PARAMETERS = List.of(
            "_limit",
            "_cursor",
            "_tags",
            "_tags:any",
            "_tags:likeany",
            "_tags:likeall",
            "status",
            "status:ne",
            "user",
            "user:co",
            "user_name",
            "user_name:li",
            "user_name:is",
            "run_number",
            "run_number:lt",
            "run_id:sw",
            "run_id:ew",
            "task_id:ge",
            "task_name:co",
            "ts_epoch:gt",
            "last_heartbeat_ts:le",
            "tags",
            "system_tags:ne",
            "flow_id:",
            "flow_id:nonsense",
            "metadata_field_name",
            "pattern",
            "attempt_id",
            "",
            "%00",
            "a%zz");

    private static final List<String> TEXTS = List.of(
            "",
            "F",
            "1",
            "start",
            "0",
            "-1",
            "+1",
            "007",
            "32768",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999999999",
            "1e999999",
            "1e-999999",
            "1.5",
            "NaN",
            "null",
            "true",
            "\0",
            "a\0b",
            "\ud800",
            "x\udc00x",
            "\ud83d\ude00",
            "\u202e\u200b\ufeff",
            "\uffff",
            " ",
            "\t\r\n",
            "\u007f\u0001",
            "'; DROP TABLE flows_v3; --",
            "\"",
            "\\",
            "a\\",
            "%",
            "%_%",
            "?",
            "$1",
            "{}",
            "[]",
            "{",
            "{\"a\": 1e999999}",
            ",,,,",
            "null,null,1",
            "(a+)+\\1$",
            "^(a|a|a?)*(\\1)*b",
            "((x{255}){255}){255}",
            "[[:nonsense:]]",
            "(?<=a)",
            "*",
            "(((((((((",
            "../../etc/passwd",
            "a/b",
            "metaflow_version:2.2.12",
            "metaflow_version:99999999999999999999.1",
            // cursors: not JSON, and numbers that no column can hold
            "bm90IGpzb24=",
            "eyJ0c19lcG9jaCI6IDFlOTk5OTk5OTk5LCAicnVuX251bWJlciI6IDFlLTk5OTk5OTk5OX0=",
            "eyJ0c19lcG9jaCI6ICI5OTk5OTk5OTk5OTk5OTk5OTk5OTkiLCAidGFza19pZCI6IC0xfQ==",
            "eyJ0c19lcG9jaCI6IDEsICJmbG93X2lkIjogIlx1MDAwMCJ9");

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1",
            "-1",
            "1.50",
            "32768",
            "2147483648",
            "9223372036854775808",
            "1e400",
            "1e-400",
            "1e131071",
            "1e131072",
            "1e999999",
            "-1e999999999",
            "1e-999999999",
            "1e99999999999999999999",
            "9".repeat(1000),
            "9".repeat(1001),
            "0." + "1".repeat(990),
            "01",
            "+1",
            "0x10",
            "NaN",
            "-Infinity");

    /** Bytes that are not valid UTF-8: overlong, beyond Unicode, an unpaired surrogate, a part of a character. */
    private static final List<String> BAD_UTF_8 = List.of(
            "\u00c0\u0080",
            "\u00c0\u00af",
            "\u00f5\u0080\u0080\u0080",
            "\u00ed\u00a0\u0080",
            "\u00ff\u00fe",
            "\u00e2\u0082");

    private static final List<String> BAD_ESCAPES = List.of(
            "%", "%4", "%zz", "%00", "%c0%80", "%c0%af", "%ff%fe", "%ed%a0%80", "%u0041", "%2f", "%2e%2e", "%25");

    private final List<String> routes;
    private final long seed;

    /**
     * Generates requests to the paths of one service.
     *
     * @param routes each is a method, a blank and a path with parameters in braces
     */
    HostileRequests(List<String> routes, long seed) {
        this.routes = routes;
        this.seed = seed;
    }

    /**
     * One request.
     *
     * @param bytes the request, one character for each byte
     * @param isComplete whether the request is complete and well-formed HTTP/1.x and has to be answered; otherwise the
     *     service may also close the connection
     */
    record Hostile(String bytes, boolean isComplete) {

        byte[] toBytes() {
            return bytes.getBytes(StandardCharsets.ISO_8859_1);
        }

        /** The first characters and the length, for messages. */
        @Override
        public String toString() {
            String start = bytes.substring(0, Math.min(bytes.length(), 600));
            StringBuilder text = new StringBuilder();
            start.chars().forEach(c -> text.append(c >= ' ' && c < 127 ? "" + (char) c : "<%02x>".formatted(c)));
            return bytes.length() + " bytes: " + text;
        }
    }

    /** The request with this number. */
    Hostile number(int number) {
        return new Generator(new Random(seed * 1_000_003 + number)).request();
    }

    /** Generates one request. */
    private final class Generator {

        private final Random random;
        /** Whether the part of the request that is generated so far is valid HTTP. */
        private boolean wellFormed = true;

        Generator(Random random) {
            this.random = random;
        }

        Hostile request() {
            String[] route = pick(routes).split(" ", 2);
            String method = chance(85) ? route[0] : pick(METHODS);
            if (method.equals("G\0T") || method.equals("CONNECT")) {
                wellFormed = false;
            }
            String target = target(route[1]);
            boolean hasBody = !route[0].equals("GET") || chance(10);
            String body = hasBody ? body() : "";
            String head = method + " " + target;
            return switch (random.nextInt(24)) {
                case 0 -> complete(head + " HTTP/1.0\r\n" + lengthOf(body) + "\r\n" + body);
                case 1 -> complete(pipelined(head, body));
                case 2 -> truncated(head + " HTTP/1.1\r\nHost: x\r\n" + lengthOf(body + "more") + "\r\n" + body);
                case 3 ->
                    truncated(head + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                            + pick(List.of("-1", "x", "99999999999999999999", "0x5", "5, 6", "", "+3", "1\0"))
                            + "\r\n\r\n"
                            + body);
                case 4, 5, 6 ->
                    complete(head + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body)
                            + "0\r\n\r\n");
                case 7 ->
                    truncated(head + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body)
                            + pick(List.of(
                                    "",
                                    "5\r\nab",
                                    "zz\r\n",
                                    "-1\r\n",
                                    "fffffffffffffffff\r\n",
                                    "5;" + "x".repeat(9000),
                                    "\0")));
                case 8 ->
                    truncated(head + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                            + pick(List.of("gzip", "chunked, chunked", "identity", "gzip, chunked", "CHUNKED", "x\0"))
                            + "\r\n" + lengthOf(body) + "\r\n" + body);
                case 9 ->
                    complete(
                            head + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + lengthOf(body) + "\r\n" + body);
                case 10 ->
                    truncated(head + " HTTP/1.1\r\nHost: x\r\n" + headerFlood() + lengthOf(body) + "\r\n" + body);
                case 11 ->
                    complete(method + " http://elsewhere.example" + pick(List.of("", ":99999", ":80"))
                            + (target.startsWith("/") ? target : "/") + " HTTP/1.1\r\nHost: x\r\n" + lengthOf(body)
                            + "\r\n"
                            + body);
                case 12 ->
                    truncated(head + pick(List.of(" HTTP/2.0", " HTTP/9.9", " HTTP/1.1 x", "", " ICY", " HTTP/1.1\0"))
                            + "\r\nHost: x\r\n" + lengthOf(body) + "\r\n" + body);
                case 13 ->
                    truncated(pick(List.of(
                            "\0\0\0\0",
                            "\u0016\u0003\u0001\u0002\0",
                            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                            "\r\n\r\n\r\n",
                            "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
                            "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
                            "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
                            "GET  /ping HTTP/1.1\r\n\r\n",
                            "GET ping HTTP/1.1\r\nHost: x\r\n\r\n",
                            "GET //x:y@z/ping HTTP/1.1\r\nHost: x\r\n\r\n")));
                case 14 ->
                    truncated(head + " HTTP/1.1\r\nHost: x\r\nno colon here\r\n: no name\r\n folded\r\n"
                            + lengthOf(body) + "\r\n" + body);
                default ->
                    complete(head + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + contentType() + "\r\n" + lengthOf(body)
                            + "\r\n" + body);
            };
        }

        private Hostile complete(String bytes) {
            return new Hostile(bytes, wellFormed);
        }

        private Hostile truncated(String bytes) {
            return new Hostile(bytes, false);
        }

        private String pipelined(String head, String body) {
            String one = head + " HTTP/1.1\r\nHost: x\r\n" + lengthOf(body) + "\r\n" + body;
            return one + "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n" + one;
        }

        /** The body in chunks of random sizes, without the last chunk, which is empty. */
        private String chunks(String body) {
            StringBuilder chunks = new StringBuilder();
            int largest = Math.max(10, body.length() / 20);
            for (int at = 0; at < body.length(); ) {
                int end = Math.min(body.length(), at + 1 + random.nextInt(largest));
                chunks.append(Integer.toHexString(end - at)).append("\r\n");
                chunks.append(body, at, end).append("\r\n");
                at = end;
            }
            return chunks.toString();
        }

        private String lengthOf(String body) {
            return body.isEmpty() && chance(50) ? "" : "Content-Length: " + body.length() + "\r\n";
        }

        private String contentType() {
            return pick(List.of(
                    "application/json",
                    "application/json; charset=utf-16",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data; boundary=x",
                    "text/xml",
                    "",
                    "a/b; c=\u00ff"));
        }

        private String headerFlood() {
            return switch (random.nextInt(4)) {
                case 0 -> "X-Many: 1\r\n".repeat(300);
                case 1 -> "X-Long: " + "x".repeat(100_000) + "\r\n";
                case 2 -> "x".repeat(70_000) + ": 1\r\n";
                default -> "Cookie: " + "a=b; ".repeat(2000) + "\r\n";
            };
        }

        private String target(String template) {
            StringBuilder path = new StringBuilder();
            for (String part : template.substring(1).split("/", -1)) {
                path.append('/').append(part.startsWith("{") ? segment(part) : part);
            }
            if (chance(5)) {
                path.append(pick(List.of("/", "//", "/..", ";x=y", "/x", "%2f", "/" + "x/".repeat(3000))));
            }
            if (chance(60)) {
                return path.toString();
            }
            path.append('?');
            int parameters = chance(3) ? 1500 : random.nextInt(4);
            for (int i = 0; i <= parameters; i++) {
                path.append(i == 0 ? "" : "&").append(pick(PARAMETERS)).append(chance(90) ? "=" : "");
                path.append(chance(2) ? ",".repeat(random.nextInt(60_000)) : escaped());
            }
            return path.toString();
        }

        private String segment(String parameter) {
            if (chance(65)) {
                return switch (parameter) {
                    case "{flow_id}" -> "F";
                    case "{run_number}", "{task_id}" -> "1";
                    case "{step_name}" -> "start";
                    case "{artifact_name}" -> "model";
                    default -> "0";
                };
            }
            String text = escaped();
            return text.isEmpty() ? "%20" : text;
        }

        /** A text for a path or a query. */
        private String escaped() {
            if (chance(12)) {
                return pick(BAD_ESCAPES);
            }
            if (chance(3)) {
                wellFormed = false;
                return pick(BAD_UTF_8);
            }
            if (chance(2)) {
                wellFormed = false; // longer than a head may be
                return "x".repeat(1_000_000);
            }
            String text = text(400);
            StringBuilder escaped = new StringBuilder();
            String encoded = bytes(text);
            for (int i = 0; i < encoded.length(); i++) {
                char b = encoded.charAt(i);
                boolean plain = b < 128 && Character.isLetterOrDigit(b);
                escaped.append(plain ? Character.toString(b) : "%%%02x".formatted((int) b));
            }
            return escaped.toString();
        }

        private String body() {
            return switch (random.nextInt(20)) {
                case 0 -> "";
                case 1 -> "[".repeat(100_000);
                case 2 -> "[".repeat(100_000) + "]".repeat(100_000);
                case 3 -> "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
                case 4 -> randomBytes();
                case 5 -> "\u00ef\u00bb\u00bf" + object();
                case 6 -> new String(object().getBytes(StandardCharsets.UTF_16), StandardCharsets.ISO_8859_1);
                case 7 -> object() + pick(List.of("", " ", "x", "{}", "\0", ","));
                case 8 -> value(3);
                case 9, 10, 11, 12 -> "[" + list(this::object) + "]";
                default -> object();
            };
        }

        private String randomBytes() {
            byte[] bytes = new byte[random.nextInt(2000)];
            random.nextBytes(bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        private String object() {
            return "{" + list(() -> quoted(chance(90) ? pick(MEMBERS) : text(10)) + ": " + value(2)) + "}";
        }

        private String list(Supplier<String> element) {
            StringBuilder list = new StringBuilder();
            int more = random.nextInt(5);
            for (int i = 0; i < more; i++) {
                list.append(i == 0 ? "" : ",").append(element.get());
            }
            return list.toString();
        }

        private String value(int depth) {
            return switch (random.nextInt(depth > 0 ? 24 : 18)) {
                case 0 -> "null";
                case 1 -> "true";
                case 2, 3, 4 -> pick(NUMBERS);
                case 5 -> "[".repeat(990) + "]".repeat(990);
                case 6 -> "{\"a\":".repeat(1200) + "1" + "}".repeat(1200);
                case 7 -> chance(20) ? '"' + "x".repeat(1_000_000) + '"' : "\"\\x\"";
                case 8 -> '"' + pick(BAD_UTF_8) + '"';
                case 9 -> "{\"a\": 1, \"a\": " + pick(NUMBERS) + "}";
                case 10 -> chance(20) ? "[" + "1e131071,".repeat(200) + "1]" : "undefined";
                case 11 -> chance(20) ? "[" + "\"t\",".repeat(20_000) + "1]" : "[null]";
                case 18, 19, 20 -> "[" + list(() -> value(depth - 1)) + "]";
                case 21, 22 -> "{" + list(() -> quoted(text(10)) + ":" + value(depth - 1)) + "}";
                default -> quoted(text(chance(3) ? 1_000_000 : 300));
            };
        }

        private String text(int longest) {
            if (chance(60)) {
                return pick(TEXTS);
            }
            if (chance(20)) {
                return "x".repeat(random.nextInt(longest + 1));
            }
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                text.append((char) random.nextInt(0x10000));
            }
            return text.toString();
        }

        /** The text as a JSON string; some control characters are not escaped, which JSON forbids. */
        private String quoted(String text) {
            StringBuilder quoted = new StringBuilder("\"");
            boolean careless = chance(5);
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"' || c == '\\') {
                    quoted.append('\\').append(c);
                } else if ((c < ' ' && !careless) || Character.isSurrogate(c) || chance(2)) {
                    quoted.append("\\u%04x".formatted((int) c));
                } else {
                    quoted.append(bytes(Character.toString(c)));
                }
            }
            return quoted.append('"').toString();
        }

        /** The text in UTF-8, one character for each byte; an unpaired surrogate is encoded like a character. */
        private static String bytes(String text) {
            StringBuilder bytes = new StringBuilder();
            text.codePoints().forEach(c -> {
                if (Character.getType(c) == Character.SURROGATE) {
                    bytes.append((char) (0xe0 | c >> 12))
                            .append((char) (0x80 | (c >> 6 & 0x3f)))
                            .append((char) (0x80 | (c & 0x3f)));
                } else {
                    bytes.append(new String(
                            Character.toString(c).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
                }
            });
            return bytes.toString();
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private <T> T pick(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }
    }

    @Override
    public String toString() {
        return "seed " + seed + ", routes " + Arrays.toString(routes.toArray());
    }
}
