import type { Incident } from '../../shared/incident/incident.ts';
import { explain } from '../explain.ts';
import { plainDeep, table } from '../output.ts';
import { TARGET_OPTIONS, targetOf } from '../target.ts';
import { EXIT, type ExitCode, type Verb, type VerbInput } from '../verb.ts';

export const verb: Verb = {
  name: 'why',
  summary: 'every gate an incident met, in order',
  operands: '[incident]',
  count: { min: 0, max: 1 },
  options: { json: { type: 'boolean', help: 'the incident and its history as JSON' }, ...TARGET_OPTIONS },
  examples: ['why --stage prod', 'why inc-0123456789abcdef --stage prod'],
  run,
};

async function run({ operands, options, output, context }: VerbInput): Promise<ExitCode> {
  const deployment = await context.connect(targetOf(options, context.env));
  const [id] = operands;
  if (id === undefined) {
    const open = await deployment.listOpen();
    if (options['json'] === true) output.json(open);
    else for (const line of table(open.map(openRow))) output.data(line);
    output.talk(`${deployment.name}: ${open.length} open`);
    return EXIT.ok;
  }
  const incident = await deployment.readIncident(id);
  if (incident === undefined) {
    output.talk(`${deployment.name}: there is no incident ${id}; \`paramedic why\` lists the open ones`);
    return EXIT.error;
  }
  const history = await deployment.history(id);
  if (options['json'] === true) output.json({ incident, history });
  else for (const line of explain(plainDeep(incident), plainDeep(history), output.paint)) output.data(line);
  return EXIT.ok;
}

function openRow({ id, trouble, cluster, subject, waiting }: Incident): string[] {
  return [id, trouble, cluster.name, `${subject.kind} ${subject.id}`, waiting?.why ?? 'working'];
}
