import { redact } from '../aws/redact.ts';
import { describeFailure } from '../errors.ts';
import type { Ledger } from '../incident/ledger.ts';
import type { Environment } from '../pipeline/environment.ts';
import { renderIncident } from './render.ts';

/**
 * Publishes the newest state if people have not seen it. A failing topic never changes a remediation: what was
 * not announced stays due in the ledger and the sweep publishes it later.
 */
export async function announce(environment: Environment, ledger: Ledger, id: string): Promise<boolean> {
  try {
    const incident = await ledger.readIncident(id);
    if (incident === undefined || incident.announced >= incident.announce) return false;
    const message = renderIncident(incident, environment.ports.clock.now());
    await environment.ports.topic.publish({ ...message, body: redactedLines(message.body) });
    const { announce: due, generation } = incident;
    await ledger.changeAny(id, (current) =>
      current.generation === generation && current.announced < due ? { ...current, announced: due } : current,
    );
    return true;
  } catch (error) {
    environment.log.error('announcement failed, the sweep will repeat it', {
      id,
      why: describeFailure(error),
    });
    return false;
  }
}

/** Line by line: what looks like the beginning of a key takes no other line along, such as a question. */
function redactedLines(body: string): string {
  return body.split('\n').map(redact).join('\n');
}
