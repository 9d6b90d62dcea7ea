/** Wall time of some work in ms; the one clock here that is not virtual. */
export async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
