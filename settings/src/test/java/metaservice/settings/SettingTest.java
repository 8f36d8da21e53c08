package metaservice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingTest {

    /** Whoever sets what the help calls the default changes nothing. */
    @Test
    void defaultsOfTheHelpAreInForce() {
        Map<String, String> defaults = Stream.concat(Setting.LAUNCHER.stream(), Setting.DATABASE.stream())
                .filter(setting -> setting.defaultValue().isPresent())
                .collect(Collectors.toMap(
                        Setting::name, setting -> setting.defaultValue().orElseThrow()));
        assertEquals(LauncherConfig.fromEnvironment(Map.of()), LauncherConfig.fromEnvironment(defaults));
        assertEquals(DatabaseConfig.fromEnvironment(Map.of()), DatabaseConfig.fromEnvironment(defaults));
    }
}
