/**
 * Runs `work` over all items, at most `size` at a time, in order of the list. Rejects with the first failure,
 * when what is under way goes on unheard: `work` should not throw, or be safe to repeat.
 */
export async function inPool<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(size, items.length) }, worker));
}
