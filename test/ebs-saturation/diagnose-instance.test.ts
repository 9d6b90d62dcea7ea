import { describe, expect, test } from 'vitest';
import { bootWindowOf } from '../../functions/ebs-saturation/diagnose/boot-window.ts';
import { diagnose } from '../../functions/ebs-saturation/diagnose/index.ts';
import type { Input } from '../../functions/ebs-saturation/diagnose/types.ts';
import { MINUTE_MS } from '../../shared/clock.ts';
import {
  bootOf,
  CEILING,
  fact,
  GP3,
  input,
  last,
  load,
  MINUTES,
  measured,
  minute,
  missing,
  names,
  ranked,
  SHORT_OF_IOPS,
} from './diagnose-series.ts';

const small = { ceiling: fact(CEILING) };

describe('an instance that carries no more', () => {
  test('comes before its volume, whose check is 1 as well: a larger volume would not help', () => {
    const others = fact([{ ...GP3, iops: 6_000 }]);
    const found = diagnose(input({ ...SHORT_OF_IOPS, instanceIopsExceeded: last(40) }, { ...small, others }));
    expect(ranked(found)).toEqual(['instance-limit certain', 'volume-iops possible']);
    expect(found.causes[0].wouldNotHelp).toEqual([
      'a larger volume or more IOPS for it: its instance (m6i.large) carries no more',
    ]);
    expect(found.causes[0].evidence.join('\n')).toContain(
      'carries 3600 IOPS always, 40000 in bursts; its volumes are provisioned for 9000',
    );
  });

  test('of one resource says nothing against the other', () => {
    const found = diagnose(input({ ...SHORT_OF_IOPS, instanceThroughputExceeded: last(40) }, small));
    expect(ranked(found)).toEqual(['instance-limit certain', 'volume-iops certain']);
  });

  test('is only possible where all its volumes together give less than it carries', () => {
    const found = diagnose(input({ instanceIopsExceeded: last(40) }));
    expect(ranked(found)).toEqual(['instance-limit possible']);
    expect(found.causes[0].evidence.join('\n')).toContain(
      'signals disagree: all its volumes together give 3000 IOPS',
    );
  });

  test('is told by its use alone where it has no checks', () => {
    const ceiling = fact({ instanceType: 't2.large', nitro: false, baselineIops: 2_000 });
    const shapes = { ...load(1_990, 25), instanceIopsExceeded: undefined };
    const found = diagnose(input(shapes, { ceiling }));
    expect(ranked(found)).toEqual(['instance-limit possible']);
    expect(found.missing.join()).toBe('');
  });

  test('two hours ago is not now', () => {
    const early = (index: number) => (index < 60 ? 1 : 0);
    expect(names(diagnose(input({ instanceIopsExceeded: early })))).toEqual(['nothing-wrong']);
  });
});

describe('an instance without bursts left', () => {
  const balance = { instanceIopsBalance: last(60, 0, 70) };

  test('is the reason that its check gives', () => {
    const shapes = { ...load(2_000, 25), ...balance, instanceIopsExceeded: last(60) };
    const found = diagnose(input(shapes, small));
    expect(ranked(found)).toEqual(['instance-burst certain']);
    expect(found.causes[0].basedOn).toEqual(['instanceIopsBalance', 'instanceIopsExceeded']);
  });

  test('is likely without its check where its baseline is used, and nothing where its check is 0', () => {
    const ceiling = fact({ ...CEILING, baselineIops: 2_000 });
    const shapes = { ...load(1_990, 25), ...balance, instanceIopsExceeded: undefined };
    expect(ranked(diagnose(input(shapes, { ceiling })))).toEqual(['instance-burst likely']);
    expect(names(diagnose(input({ ...balance }, { ceiling })))).toEqual(['nothing-wrong']);
  });

  test('of bytes is of bytes: a check of IOPS is another limit', () => {
    const shapes = { ...load(3_500, 25), instanceThroughputBalance: 0, instanceIopsExceeded: last(60) };
    const performance = fact({ ...GP3, iops: 16_000 });
    expect(ranked(diagnose(input(shapes, { ...small, performance })))).toEqual(['instance-limit certain']);
  });
});

describe('a root volume while its node boots', () => {
  const launched = minute(150);
  const atBoot = (index: number) => (index >= 150 && index < 158 ? 1 : undefined);
  /** It was not there before. */
  const since = (shape: (index: number) => number) => (index: number) =>
    index < 150 ? undefined : shape(index);
  const shapes = {
    ...load(
      since((index) => (index < 158 ? 2_990 : 200)),
      since(() => 20),
    ),
    iopsExceeded: since((index) => atBoot(index) ?? 0),
    throughputExceeded: since(() => 0),
  };
  const root = (about: Partial<Input> = {}): Partial<Input> => ({
    isRoot: fact(true),
    launchedAt: fact(launched),
    ...about,
  });
  const mates = (...short: number[]) =>
    fact(short.map((minutes, index) => ({ instanceId: `i-0000000${index}`, boot: bootOf(minutes) })));

  test('is the boot’s, certainly when the other nodes of its group were short as well', () => {
    const found = diagnose(input(shapes, root({ mates: mates(7, 5, 0) })));
    expect(ranked(found)).toEqual(['boot-burst certain']);
    expect(found.causes[0].short).toEqual(['iops']);
    expect(found.causes[0].evidence.join('\n')).toContain('short of iops in 8 of 10 min');
    expect(found.causes[0].evidence.join('\n')).toContain('2 of 3 other nodes of its group were short');
    expect(found.causes[0].wouldNotHelp.join()).toContain('its boot is over');
  });

  test.each([
    { what: 'one of three others', of: mates(6, 0, 0), expected: 'boot-burst likely' },
    { what: 'nobody to compare with', of: mates(), expected: 'boot-burst likely' },
    { what: 'no other node was', of: mates(0, 1), expected: 'boot-burst possible' },
    { what: 'others that could not be read', of: missing(), expected: 'boot-burst likely' },
  ])('$what: $expected', ({ of, expected }) => {
    expect(ranked(diagnose(input(shapes, root({ mates: of }))))).toEqual([expected]);
  });

  test('that stays short afterwards is short, and not by its boot', () => {
    const on = {
      ...shapes,
      ...load(
        since(() => 2_990),
        20,
      ),
      iopsExceeded: since(() => 1),
    };
    expect(names(diagnose(input(on, root())))).toEqual(['volume-iops']);
  });

  test('is no boot of a data volume, nor of a node that was launched long ago', () => {
    expect(names(diagnose(input(shapes, root({ isRoot: fact(false) }))))).not.toContain('boot-burst');
    const old = root({ launchedAt: fact(minute(-60)) });
    expect(names(diagnose(input(shapes, old)))).not.toContain('boot-burst');
  });

  test('is not called so when nobody knows whether it is the root volume', () => {
    const found = diagnose(input(shapes, root({ isRoot: missing('no permission') })));
    expect(names(found)).not.toContain('boot-burst');
    expect(found.missing.join()).toContain('no permission');
  });

  test('the window is ten minutes around the launch, what lies outside is counted apart', () => {
    const hits = [139, 140, 150, 159, 160];
    const own = measured({ iopsExceeded: (index) => (hits.includes(index) ? 1 : 0) });
    expect(bootWindowOf(own, launched)).toMatchObject({
      value: { shortMs: 3 * MINUTE_MS, elsewhereMs: 2 * MINUTE_MS, measuredMs: 20 * MINUTE_MS },
    });
    expect(bootWindowOf(measured({}), launched).known).toBe(false);
    expect(bootWindowOf(own, minute(MINUTES + 60)).known).toBe(false);
  });
});

describe('operations that do not come back', () => {
  const stalled = { ...load(last(12, 0, 300), last(12, 0, 20)), stalled: last(12), queueLength: last(12, 9) };

  test('are paged, and nothing of ours would help', () => {
    const found = diagnose(input(stalled));
    expect(ranked(found)).toEqual(['stalled-io certain']);
    expect(found.causes[0].wouldNotHelp.join()).toContain('anything else Paramedic does');
  });

  test('come first, and what else shows is only possible', () => {
    const found = diagnose(input({ ...stalled, iopsExceeded: last(40) }));
    expect(ranked(found)).toEqual(['stalled-io certain', 'volume-iops possible']);
  });

  test('for two minutes are likely; while others are done they are only possible', () => {
    const brief = { ...load(last(2, 0, 300), last(2, 0, 20)), stalled: last(2) };
    expect(ranked(diagnose(input(brief)))).toEqual(['stalled-io likely']);
    const odd = diagnose(input({ stalled: last(12) }));
    expect(ranked(odd)).toEqual(['stalled-io possible']);
    expect(odd.causes[0].evidence.join()).toContain('signals disagree');
  });

  test('without the check are ruled out by operations that are done', () => {
    expect(names(diagnose(input({ stalled: undefined })))).toEqual(['nothing-wrong']);
  });
});

describe('pods that share a root volume', () => {
  const pod = (name: string, startedAt: number, hasEmptyDir = false) => ({
    namespace: 'jobs',
    name,
    startedAt,
    hasEmptyDir,
    claims: [],
    hasEnded: false,
  });
  const root = { isRoot: fact(true) };

  test('are named with the shortage, the one that started when it began as likely', () => {
    const pods = fact([pod('web', minute(0)), pod('batch', minute(139), true)], 'Kubernetes');
    const found = diagnose(input(SHORT_OF_IOPS, { ...root, pods }));
    expect(ranked(found)).toEqual(['volume-iops certain', 'noisy-neighbour likely']);
    const evidence = found.causes[1]?.evidence.join('\n');
    expect(evidence).toContain('2 pods share it');
    expect(evidence).toContain('with an emptyDir on it: jobs/batch');
    expect(evidence).toContain('when it began: jobs/batch');
  });

  test('are possible when nothing tells them apart', () => {
    const pods = fact([pod('web', minute(0)), pod('api', minute(3))]);
    expect(ranked(diagnose(input(SHORT_OF_IOPS, { ...root, pods })))).toEqual([
      'volume-iops certain',
      'noisy-neighbour possible',
    ]);
  });

  test('are none on a data volume, alone, unknown, or while nothing is short', () => {
    const pods = fact([pod('web', minute(0)), pod('api', minute(3))]);
    const one = fact([pod('web', minute(0))]);
    const all = [
      diagnose(input(SHORT_OF_IOPS, { pods })),
      diagnose(input(SHORT_OF_IOPS, { ...root, pods: one })),
      diagnose(input(SHORT_OF_IOPS, { ...root, pods: missing() })),
      diagnose(input({}, { ...root, pods })),
    ];
    expect(all.flatMap(names)).not.toContain('noisy-neighbour');
  });
});
