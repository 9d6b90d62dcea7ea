/** Whatever it does, it answers later. */
type Asynchronous<T> = { [K in keyof T]: (...given: never[]) => Promise<unknown> };

/**
 * A port whose adapter, with the client behind it, is read from the package when the first call is made: most functions
 * use a few ports of all. A load that fails is tried again with the next call.
 */
export function onFirstCall<T extends Asynchronous<T>>(load: () => Promise<T>): T {
  let loading: Promise<T> | undefined;
  const loaded = () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return new Proxy({} as T, {
    get: (_, name) => {
      // `await` and console.log ask for these; a port has no such calls.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return async (...given: unknown[]) => {
        const port = await loaded();
        return await Reflect.apply(Reflect.get(port, name), port, given);
      };
    },
  });
}
