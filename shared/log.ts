/** The few words of logging the pipeline uses. Powertools stands behind it in Lambda; tests collect it. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** An allow-list by type: plain values only, so that no SDK object or event body slips into a line. */
export type LogFields = Record<string, string | number | boolean | undefined>;

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
