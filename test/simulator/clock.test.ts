import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../simulator/clock.ts';

describe('virtual clock', () => {
  it('jumps to the earliest timer and keeps the order in which ties were set', async () => {
    const clock = new VirtualClock(1_000);
    const seen: string[] = [];
    clock.at(1_300, () => seen.push(`c@${clock.now()}`));
    clock.at(1_200, () => seen.push(`a@${clock.now()}`));
    clock.at(1_200, () => seen.push(`b@${clock.now()}`));
    await clock.runUntil(() => seen.length === 3);
    expect(seen).toEqual(['a@1200', 'b@1200', 'c@1300']);
  });

  it('fires many timers in time order however they were set', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    for (let index = 0; index < 2_000; index++) {
      const at = (index * 7_919) % 2_003;
      clock.at(at, () => seen.push(at));
    }
    await clock.runUntil(() => seen.length === 2_000);
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  });

  it('lets all ready code run before time moves', async () => {
    const clock = new VirtualClock(0);
    const work = async () => {
      await clock.sleep(10);
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      return clock.now();
    };
    clock.at(11, () => {});
    expect(await clock.run(work())).toBe(10);
  });

  it('resolves a sleep of nothing without moving time', async () => {
    const clock = new VirtualClock(5);
    await clock.run(clock.sleep(-3));
    expect(clock.now()).toBe(5);
  });

  it('does not fire a cancelled timer', async () => {
    const clock = new VirtualClock(0);
    let fired = false;
    clock.after(5, () => {
      fired = true;
    })();
    await clock.advance(10);
    expect(fired).toBe(false);
    expect(clock.now()).toBe(10);
  });

  it('says so when nothing is left to do and the run is not over', async () => {
    const clock = new VirtualClock(0);
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow('nothing is left to do');
  });

  it('stops at the virtual limit', async () => {
    const clock = new VirtualClock(0);
    const again = () => {
      clock.after(1_000, again);
    };
    again();
    await expect(clock.runUntil(() => false, { limitMs: 60_000 })).rejects.toThrow(
      '1 m 00 s of virtual time',
    );
    expect(clock.now()).toBe(60_000);
  });

  it('settles as the work does', async () => {
    const clock = new VirtualClock(0);
    const failing = async () => {
      await clock.sleep(1);
      throw new Error('from the work');
    };
    await expect(clock.run(failing())).rejects.toThrow('from the work');
  });
});
