import { type Clock, SECOND_MS } from '../../shared/clock.ts';
import { plain } from '../output.ts';
import type { Target } from '../target.ts';
import { EXIT, type ExitCode, type VerbInput } from '../verb.ts';
import { CHECKS, type FleetAlarm, isAlarm, type NoAlarm, planAlarm } from './alarms.ts';
import { changeLine, notes, rowLines } from './report.ts';
import { type Change, changeOf, type FleetAlarms, NO_ACTIONS, type Row, type Standing, standsAs } from './standing.ts';

type Planned = FleetAlarm | NoAlarm;
type Change1 = Change;
