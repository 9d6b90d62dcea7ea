import { expect } from 'vitest';
import { nodeInterruptionSection } from '../../functions/node-interruption/policy.ts';
import { type LoadResult, loadConfig } from '../../shared/config/load.ts';

export const sections = { 'node-interruption': nodeInterruptionSection };

/** What is wrong, the text, and line, path and message part of a problem it must give. */
export type Bad = readonly [what: string, text: string, line: number, path: string, message: string];

export function expectProblem(...[, text, line, path, message]: Bad): void {
  const result = loadConfig(text, 'paramedic.yaml', sections);
  const problems = result.ok ? [] : result.problems;
  const found = problems.find((problem) => problem.line === line && problem.message.includes(message));
  expect(found ?? problems).toMatchObject({ line, path, column: expect.any(Number) });
}

export type Loaded = Extract<LoadResult, { ok: true }>;

/** A text that must be a config. */
export function loaded(text: string): Loaded {
  const result = loadConfig(text, 'paramedic.yaml', sections);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}
