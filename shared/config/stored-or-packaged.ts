import type { ConfigText } from './source.ts';
import type { ConfigStore } from './store.ts';

/** What the file is called in rules, problems and bundles. */
export const CONFIG_NAME = 'paramedic.yaml';

/**
 * The pushed config, or the packaged one while nothing was pushed. A store that cannot be read is a failure: the
 * packaged file may allow what a push has forbidden since.
 */
export function storedOrPackaged(
  store: Pick<ConfigStore, 'head'>,
  packaged: () => Promise<string>,
): () => Promise<ConfigText> {
  return async () => {
    const head = await store.head();
    return head === undefined
      ? { text: await packaged(), fileName: CONFIG_NAME }
      : { text: head.text, fileName: pushedName(head.version) };
  };
}

/** `paramedic.yaml@v12`. */
export function pushedName(version: number): string {
  return `${CONFIG_NAME}@v${version}`;
}
