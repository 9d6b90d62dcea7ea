import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeSet;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

/**
 * Standard input: {"patterns": {name: pattern}, "events": {name: text}}. Standard output:
 * {"problems": {pattern: why it is none}, "matches": {event: [pattern]}, "refused": {event: why it cannot be read}}.
 * Run as a single source file: java -cp LIBRARIES Match.java
 */
final class Match {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    JsonNode input = JSON.readTree(System.in);
    ObjectNode answer = JSON.createObjectNode();
    Machine machine = machineOf(input.get("patterns"), answer.putObject("problems"));
    ObjectNode matches = answer.putObject("matches");
    ObjectNode refused = answer.putObject("refused");
    for (Map.Entry<String, JsonNode> event : input.get("events").properties()) {
      match(machine, event.getKey(), event.getValue().textValue(), matches, refused);
    }
    JSON.writeValue(System.out, answer);
  }

  private static Machine machineOf(JsonNode patterns, ObjectNode problems) throws Exception {
    Machine machine = Machine.builder().build();
    for (Map.Entry<String, JsonNode> pattern : patterns.properties()) {
      String text = JSON.writeValueAsString(pattern.getValue());
      String problem = JsonRuleCompiler.check(text);
      if (problem == null) {
        machine.addRule(pattern.getKey(), text);
      } else {
        problems.put(pattern.getKey(), problem);
      }
    }
    return machine;
  }

  private static void match(
      Machine machine, String name, String text, ObjectNode matches, ObjectNode refused) {
    try {
      TreeSet<String> found = new TreeSet<>(machine.rulesForJSONEvent(text));
      found.forEach(matches.putArray(name)::add);
    } catch (Exception notAnEvent) {
      refused.put(name, String.valueOf(notAnEvent.getMessage()));
    }
  }
}
