import type { Incident } from '../../../shared/incident/incident.ts';
import { incidentId } from '../../../shared/incident/keys.ts';
import { Ledger } from '../../../shared/incident/ledger.ts';
import type { Ports } from '../../../shared/ports/index.ts';
import type { Volume } from '../../../shared/ports/volumes.ts';

/** The id of an open incident of the same trouble about an instance that the volume is attached to. */
export async function openAtHost(
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
  { trouble, cluster }: Pick<Incident, 'trouble' | 'cluster'>,
  { attachments }: Volume,
): Promise<string | undefined> {
  const ledger = new Ledger(table, clock);
  for (const { instanceId } of attachments) {
    const id = incidentId(trouble, cluster, { kind: 'instance', id: instanceId });
    if ((await ledger.readIncident(id))?.status === 'open') return id;
  }
  return undefined;
}
