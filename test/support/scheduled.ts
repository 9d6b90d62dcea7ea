import type * as fc from 'fast-check';
import type { Table } from '../../shared/ports/table.ts';

/** Every call of the table waits until the scheduler lets it go on. */
export function scheduled(table: Table, scheduler: fc.Scheduler): Table {
  const wait = <T>(work: () => Promise<T>) => scheduler.schedule(Promise.resolve()).then(work);
  return {
    get: (key) => wait(() => table.get(key)),
    query: (pk, prefix) => wait(() => table.query(pk, prefix)),
    queryOpen: (pk, upTo) => wait(() => table.queryOpen(pk, upTo)),
    putNew: (item) => wait(() => table.putNew(item)),
    update: (key, change, conditions) => wait(() => table.update(key, change, conditions)),
    addToSet: (key, sets, options) => wait(() => table.addToSet(key, sets, options)),
  };
}
