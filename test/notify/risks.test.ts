import { expect, test } from 'vitest';
import { troubles } from '../../functions/index.ts';
import { risks } from '../../functions/risks.ts';
import { risksOf } from '../../shared/notify/risks.ts';

test('the notifier knows the risk of every action that there is, as the action itself says it', () => {
  expect(risks).toEqual(risksOf(troubles));
});
