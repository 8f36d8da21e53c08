package metaservice.settings;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whose temporary credentials clients get, and where from.
 *
 * @param arn the role
 * @param region AWS region of the token service
 * @param endpoint address of the token service; empty for the region's own
 */
public record TokenSettings(String arn, String region, Optional<URI> endpoint) {

    private static final Pattern ROLE = Pattern.compile("arn:[^:]+:iam::[^:]*:role/.+");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]+");
    private static final Pattern ENDPOINT = Pattern.compile("https?://[^/?#\\s]+/?");

    /**
     * Reads the environment; without a role the other variables do not matter.
     *
     * @throws InvalidConfigException with all problems at once, each naming its variable and what was expected
     */
    public static Optional<TokenSettings> fromEnvironment(Map<String, String> environment) {
        Optional<String> role = value(environment, Setting.IAM_ROLE);
        if (role.isEmpty()) {
            return Optional.empty();
        }
        List<String> problems = new ArrayList<>();
        check(role, Setting.IAM_ROLE, ROLE, "an ARN such as arn:aws:iam::123456789012:role/name", problems);
        Optional<String> region = value(environment, Setting.STS_REGION);
        check(region, Setting.STS_REGION, REGION, "a region such as us-west-2", problems);
        Optional<String> endpoint = value(environment, Setting.STS_ENDPOINT);
        check(endpoint, Setting.STS_ENDPOINT, ENDPOINT, "an address such as https://sts.example", problems);
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        return Optional.of(new TokenSettings(
                role.get(), region.orElse(Setting.STS_REGION.otherwise()), endpoint.map(URI::create)));
    }

    private static Optional<String> value(Map<String, String> environment, Setting setting) {
        return Optional.ofNullable(environment.get(setting.name()))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private static void check(
            Optional<String> value, Setting setting, Pattern form, String expected, List<String> problems) {
        value.filter(text -> !form.matcher(text).matches())
                .ifPresent(text -> problems.add(setting.name() + " is '" + text + "'; expected " + expected));
    }
}
