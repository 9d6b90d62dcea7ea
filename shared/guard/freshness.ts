import { humanDuration } from '../clock.ts';
import type { Guard } from './guard.ts';

/** A step that comes too late to help is not started. */
export const freshnessGuard: Guard = {
  name: 'freshness',
  judge({ facts, step, isRunning, now }) {
    const until = facts.freshUntilOf?.[step.action] ?? facts.freshUntil;
    if (now < until) return { verdict: 'allow', reason: `${humanDuration(until - now)} left` };
    if (isRunning === true) return { verdict: 'allow', reason: 'begun in time' };
    return { verdict: 'refuse', reason: `too late by ${humanDuration(now - until)}` };
  },
};
