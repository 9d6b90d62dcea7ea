import { rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder, run } from './cache.ts';

/** EventBridge's own matcher. */
const VERSION = '2.0.1';
const COPY_LIBRARIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const SOURCES = resolve(import.meta.dirname, 'event-ruler');
const INSTALL_MS = 300_000;

export interface Question {
  /** Name → EventBridge pattern, as JSON. */
  patterns: Readonly<Record<string, unknown>>;
  /** Name → the event's text as it arrived. */
  events: Readonly<Record<string, string>>;
}

export interface Answer {
  /** Pattern → why EventBridge would not take it. */
  problems: Record<string, string>;
  /** Event → the patterns it matches, in the order of their names. */
  matches: Record<string, string[]>;
  /** Event → why it cannot be read. */
  refused: Record<string, string>;
}

/** Brings the matcher's libraries and gives the Java class path of all of them. Throws when they cannot be had. */
export async function prepare(): Promise<string> {
  const folder = await cacheFolder(`event-ruler-${VERSION}`);
  const libraries = join(folder, 'libraries');
  const marker = join(folder, 'complete');
  await run('java', ['-version']);
  if (!(await exists(marker))) {
    await rm(libraries, { recursive: true, force: true });
    await run(
      'mvn',
      [
        ...['--batch-mode', '--quiet', '--strict-checksums', '--file', join(SOURCES, 'pom.xml')],
        ...[COPY_LIBRARIES, `-Devent-ruler.version=${VERSION}`, `-DoutputDirectory=${libraries}`],
      ],
      { timeoutMs: INSTALL_MS },
    );
    await writeFile(marker, '');
  }
  return join(libraries, '*');
}

/** Asks the matcher about every pattern and every event at once; a second or two. */
export async function match(classPath: string, question: Question): Promise<Answer> {
  const options = { input: JSON.stringify(question) };
  return JSON.parse(await run('java', ['-cp', classPath, join(SOURCES, 'Match.java')], options)) as Answer;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) {
  try {
    console.log(`event-ruler ${VERSION}: ${await prepare()}`);
  } catch (error) {
    console.log(`skipped: event-ruler: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 3;
  }
}
