import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Changes,
  listChanged,
  noteChange,
  readChanges,
  takeBackChange,
  takeBackFailed,
} from '../../functions/ebs-saturation/changes.ts';
import { MemoryTable } from '../../simulator/table.ts';
import { NOW, volumeOf } from './decide-support.ts';

const PLACE = { name: 'prod', account: '210987654321', region: 'eu-west-1' };
const ABOUT = { place: PLACE, volumeId: 'vol-0a1b2c3d4e5f60718' };
const WAS = volumeOf('gp3', 100, 3_000, 125);
const RAISED = volumeOf('gp3', 100, 4_500, 125);
const MORE = volumeOf('gp3', 100, 6_750, 125);

const first = { key: 'a', at: NOW, from: WAS, to: RAISED };
const second = { key: 'b', at: NOW + 1, from: RAISED, to: MORE };

function known(table: MemoryTable) {
  return readChanges(table, PLACE, ABOUT.volumeId);
}

describe('a change that EC2 refused', () => {
  test('leaves a volume that Paramedic never changed without a row that says so', async () => {
    const table = new MemoryTable();
    await noteChange(table, ABOUT, first);
    await takeBackChange(table, ABOUT, 'a');
    expect(await known(table)).toBeUndefined();
    expect(await listChanged(table, PLACE)).toEqual([]);
  });

  test('leaves what was made before it as it was, its count included', async () => {
    const table = new MemoryTable();
    await noteChange(table, ABOUT, first);
    const before = await known(table);
    await noteChange(table, ABOUT, second);
    expect(await known(table)).toMatchObject({ ours: MORE });
    await takeBackChange(table, ABOUT, 'b');
    expect(await known(table)).toEqual(before);
  });

  test('is taken back once, and not over a change that was noted since', async () => {
    const table = new MemoryTable();
    await noteChange(table, ABOUT, first);
    await noteChange(table, ABOUT, second);
    const both = await known(table);
    await takeBackChange(table, ABOUT, 'a');
    expect(await known(table)).toEqual(both);
    await takeBackChange(table, ABOUT, 'b');
    await takeBackChange(table, ABOUT, 'b');
    await takeBackChange(table, ABOUT, 'a');
    expect(await known(table)).toMatchObject({ made: [{ key: 'a' }], ours: RAISED });
  });

  test('can be noted again: then EC2 may take it', async () => {
    const table = new MemoryTable();
    await noteChange(table, ABOUT, first);
    await takeBackChange(table, ABOUT, 'a');
    await noteChange(table, ABOUT, { ...first, at: NOW + 5 });
    expect(await known(table)).toEqual({
      made: [{ key: 'a', at: NOW + 5 }],
      original: WAS,
      ours: RAISED,
      base: WAS,
    });
  });
});

describe('a change that EC2 took and could not apply', () => {
  test('counts as one of the four, and what was before it is what Paramedic made', async () => {
    const table = new MemoryTable();
    await noteChange(table, ABOUT, first);
    await noteChange(table, ABOUT, second);
    await takeBackFailed(table, ABOUT, 'b');
    await takeBackFailed(table, ABOUT, 'b');
    const made = [{ key: 'a' }, { key: 'b' }];
    expect(await known(table)).toMatchObject({ made, original: WAS, ours: RAISED, base: WAS });
  });

  test('counts where it was the first: nothing is to be given back', async () => {
    const table = new MemoryTable();
    await noteChange(table, ABOUT, first);
    await takeBackFailed(table, ABOUT, 'a');
    expect(await known(table)).toEqual({
      made: [{ key: 'a', at: NOW }],
      original: WAS,
      ours: WAS,
      base: WAS,
    });
  });
});

interface Asked {
  key: string;
  from: number;
  to: number;
  /** Each write is made twice, as after a crash. */
  again: boolean;
}

/** What a change is to the ledger when nothing is refused. */
function after(known: Changes | undefined, { key, from: iops, to }: Asked): Changes {
  const [from, ours] = [volumeOf('gp3', 100, iops, 125), volumeOf('gp3', 100, to, 125)];
  const made = [...(known?.made ?? []), { key, at: NOW }].slice(-20);
  const base = known?.ours.iops === iops ? known.base : from;
  return { made, original: known?.original ?? from, ours, base };
}

async function ask(table: MemoryTable, { key, again, ...asked }: Asked, isTaken: boolean): Promise<void> {
  const [from, to] = [volumeOf('gp3', 100, asked.from, 125), volumeOf('gp3', 100, asked.to, 125)];
  const times = again ? [1, 2] : [1];
  for (const _ of times) await noteChange(table, ABOUT, { key, at: NOW, from, to });
  if (isTaken) return;
  for (const _ of times) await takeBackChange(table, ABOUT, key);
}

test('whatever was refused, and however often it was written: the ledger is as if only the rest had been asked', async () => {
  const event = fc.record({
    what: fc.constantFrom('taken', 'refused', 'by people'),
    to: fc.integer({ min: 3, max: 8 }).map((thousands) => thousands * 1_000),
    again: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      const table = new MemoryTable();
      let current = 3_000;
      let expected: Changes | undefined;
      for (const [index, { what, to, again }] of events.entries()) {
        const asked = { key: `step-${index}`, from: current, to, again };
        if (what !== 'by people') await ask(table, asked, what === 'taken');
        if (what === 'taken') expected = after(expected, asked);
        if (what !== 'refused') current = to;
      }
      expect(await known(table)).toEqual(expected);
    }),
  );
});
