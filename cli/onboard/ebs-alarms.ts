import { type Clock, SECOND_MS } from '../../shared/clock.ts';
import type { Target } from '../deployment.ts';
import { EXIT, type ExitCode, type VerbInput } from '../verb.ts';
import { CHECKS, type FleetAlarm, isAlarm, type NoAlarm, planAlarm } from './alarms.ts';
import { alarmLines, notes } from './report.ts';
import { changeOf, type FleetAlarms, NO_ACTIONS, type Row, type Standing, standsAs } from './standing.ts';

type Planned = FleetAlarm | NoAlarm;
type AlarmsByName = ReadonlyMap<string, Standing>;

/** CloudWatch may take a moment to give what was just put. */
const LOOKS = 5;

/** Plans the alarms of the fleet from what is published now, and with `--apply` makes them and reads them back. */
export async function onboardAlarms(
  { options, output, context }: VerbInput,
  { stage, region }: Target,
  cloudWatch: FleetAlarms,
): Promise<ExitCode> {
  const isApplied = options['apply'] === true;
  const planned = await Promise.all(
    CHECKS.map(async (check) => planAlarm(stage, check, await cloudWatch.series(check.metric))),
  );
  const before = await cloudWatch.standing(namesOf(planned));
  const parts = { cloudWatch, clock: context.clock, talk: output.talk };
  const after = isApplied ? await apply(parts, planned, before) : before;
  const rows = planned.map((each) => rowOf(each, before, after));
  if (options['json'] === true) output.json({ stage, region, applied: isApplied, alarms: rows });
  else for (const line of rows.flatMap((row) => alarmLines(row, isApplied))) output.data(line);
  for (const note of notes(rows, isApplied)) output.talk(note);
  return isApplied ? verdict(planned, after, output.talk) : EXIT.ok;
}

interface Parts {
  cloudWatch: FleetAlarms;
  clock: Clock;
  talk(line: string): void;
}

async function apply(parts: Parts, planned: readonly Planned[], before: AlarmsByName): Promise<AlarmsByName> {
  const { cloudWatch, clock } = parts;
  const due = planned.filter(isAlarm).filter((alarm) => !isAsPlanned(alarm, before));
  await putAll(parts, due, before);
  let after = before;
  for (let look = 0; look < LOOKS && due.some((alarm) => !isAsPlanned(alarm, after)); look++) {
    if (look > 0) await clock.sleep(SECOND_MS);
    after = await cloudWatch.standing(namesOf(planned));
  }
  return after;
}

/** Each costs money from then on: when a later one fails, those that were put are named first. */
async function putAll(
  { cloudWatch, talk }: Parts,
  due: readonly FleetAlarm[],
  before: AlarmsByName,
): Promise<void> {
  const put: string[] = [];
  try {
    for (const { name, settings } of due) {
      // Who added a pager to it keeps the pager.
      await cloudWatch.put(name, settings, before.get(name)?.actions ?? NO_ACTIONS);
      put.push(name);
    }
  } catch (error) {
    if (put.length > 0)
      talk(`${put.join(', ')}: put before the next one failed; --apply again does the rest`);
    throw error;
  }
}

function rowOf(planned: Planned, before: AlarmsByName, after: AlarmsByName): Row {
  const stands = standsAs(after.get(planned.name));
  if (!isAlarm(planned)) return { ...planned, change: 'none', ...stands };
  return { ...planned, change: changeOf(planned, before.get(planned.name)), ...stands };
}

/** Asked to make alarms, every check must have one in the end, even if it is one of an earlier day. */
function verdict(planned: readonly Planned[], after: AlarmsByName, talk: (line: string) => void): ExitCode {
  const bad = planned.filter((each) => (isAlarm(each) ? !isAsPlanned(each, after) : !after.has(each.name)));
  for (const each of bad.filter(isAlarm)) talk(`${each.name} does not read back as it was put`);
  return bad.length === 0 ? EXIT.ok : EXIT.error;
}

function isAsPlanned(alarm: FleetAlarm, alarms: AlarmsByName): boolean {
  return changeOf(alarm, alarms.get(alarm.name)) === 'keep';
}

function namesOf(planned: readonly Planned[]): string[] {
  return planned.map(({ name }) => name);
}
