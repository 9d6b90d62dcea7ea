import type { EpochMs } from '../clock.ts';
import type { Config } from './load.ts';
import { MODES, type Mode } from './policy.ts';
import { isOpen, type MaintenanceWindow } from './window.ts';

/** A mode that somebody set, and the path it stands at. */
export interface SetMode {
  mode: Mode;
  path: string;
  /** The name of the window it is from. */
  window?: string;
}

/**
 * Every mode that stands for a cluster and trouble, the most general first; `index` is the cluster's entry. The
 * lowest wins.
 */
export function modesFor(config: Config, index: number | undefined, trouble: string): SetMode[] {
  const entry = index === undefined ? undefined : config.clusters[index];
  const at = `clusters[${index}]`;
  return [
    { mode: config.global.mode, path: 'global.mode' },
    ...setMode(config.troubles[trouble]?.mode, `troubles.${trouble}.mode`),
    ...setMode(entry?.mode, `${at}.mode`),
    ...setMode(entry?.troubles?.[trouble]?.mode, `${at}.troubles.${trouble}.mode`),
  ];
}

function setMode(mode: Mode | undefined, path: string): SetMode[] {
  return mode === undefined ? [] : [{ mode, path }];
}

/** Where a window stands, and in which time zone it is meant where it names none. */
export interface PlacedWindow {
  window: MaintenanceWindow;
  path: string;
}

/** The windows over a cluster, open or not; the global ones first. */
export function windowsOver(config: Config, index: number | undefined): PlacedWindow[] {
  const entry = index === undefined ? undefined : config.clusters[index];
  const placed = (windows: readonly MaintenanceWindow[], at: string) =>
    windows.map((window, number) => ({ window, path: `${at}.windows[${number}]` }));
  return [...placed(config.global.windows, 'global'), ...placed(entry?.windows ?? [], `clusters[${index}]`)];
}

/** The caps of the windows that are open at `now`. */
export function openWindows(config: Config, index: number | undefined, now: EpochMs): SetMode[] {
  return windowsOver(config, index)
    .filter(({ window }) => isOpen(window, config.global.timezone, now))
    .map(({ window, path }) => ({ mode: window.mode, path, window: window.name }));
}

/** The lowest; of several equally low ones the first, because raising the others would change nothing. */
export function lowestOf(levels: readonly SetMode[]): SetMode {
  const lowest = levels.reduce<SetMode | undefined>(
    (low, level) => (low === undefined || rank(level.mode) < rank(low.mode) ? level : low),
    undefined,
  );
  return lowest ?? { mode: 'off', path: '' };
}

function rank(mode: Mode): number {
  return MODES.indexOf(mode);
}
