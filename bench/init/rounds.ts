import { type ColdStart, coldStart, type FunctionSetup } from './cold-start.ts';
import { EMPTY, type Sample } from './figures.ts';
import { DEPLOYED, functionsOf } from './functions.ts';
import { INSTANCE_ID, SCENES, type Scene } from './scenes.ts';
import { Stage } from './stage.ts';

export interface Played {
  /** By bundle, and `EMPTY`. */
  samples: Map<string, Sample[]>;
  /** Why the run does not count: it ends where something went wrong. */
  broken: string[];
}

/** What a function leaves in its log when its first invoke was not what it should have been. */
const TROUBLE_IN_LOG = /"level":"(?:WARN|ERROR|CRITICAL)"/;

/**
 * Empty handler and packaged functions under `taskRoot` take turns, each in a fresh process; the first turn only
 * warms the disk's cache. `root` is the repository.
 */
export async function playRounds(root: string, taskRoot: string, runs: number): Promise<Played> {
  const stage = await Stage.start(root, INSTANCE_ID);
  const played: Played = { samples: new Map(), broken: [] };
  try {
    for (let round = 0; round <= runs && played.broken.length === 0; round++) {
      await stage.nextRound();
      await playRound(root, taskRoot, stage, round === 0 ? undefined : played.samples, played.broken);
    }
    return played;
  } finally {
    await stage.close();
  }
}

async function playRound(
  root: string,
  taskRoot: string,
  stage: Stage,
  samples: Map<string, Sample[]> | undefined,
  broken: string[],
): Promise<void> {
  const functions = functionsOf(root, taskRoot, { ...DEPLOYED, ...stage.variables });
  for (const [name, setup] of [[EMPTY, emptyIn(taskRoot, stage)] as const, ...functions]) {
    const started = await playOne(stage, setup, SCENES[name]);
    if (!started.ok) {
      broken.push(`${name}: ${started.why}`);
      return;
    }
    samples?.set(name, [...(samples.get(name) ?? []), started]);
  }
}

async function playOne(stage: Stage, setup: FunctionSetup, scene: Scene | undefined): Promise<ColdStart> {
  const started = await coldStart(setup, scene?.event(stage));
  if (!started.ok || scene === undefined) return started;
  const [unanswered] = stage.unanswered;
  if (unanswered !== undefined) {
    return { ok: false, why: `nobody answers ${unanswered.service} ${unanswered.operation}` };
  }
  if (scene.isRight(started.result, stage) && !TROUBLE_IN_LOG.test(started.log)) return started;
  return { ok: false, why: `first invoke: ${JSON.stringify(started.result)} ${started.log.slice(0, 500)}` };
}

/** Answers anything at once: what Node and the runtime cost without us. `empty.mjs` stands beside `dist/`. */
function emptyIn(taskRoot: string, { variables }: Stage): FunctionSetup {
  const size = { memoryMb: 512, timeoutMs: 15_000 };
  return { name: 'empty', taskRoot, handler: 'empty.handler', ...size, variables };
}
