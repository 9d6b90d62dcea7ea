import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import type { Log, LogFields } from '../log.ts';
import { boundedLine, fieldKey } from './log-line.ts';

/**
 * Powertools behind the Log port: one JSON line per call, at most 8 KiB, see `log-line.ts`. Service name and
 * level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL.
 */
export function lambdaLog(): Log {
  const logger = new Logger({ logFormatter: new BoundedFormatter() });
  return {
    info: (message, fields) => logger.info(message, extra(fields)),
    warn: (message, fields) => logger.warn(message, extra(fields)),
    error: (message, fields) => logger.error(message, extra(fields)),
  };
}

/** Works on the finished attributes, so that nothing the logger adds can break the bounds. */
class BoundedFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const base = {
      level: attributes.logLevel,
      timestamp: this.formatTimestamp(attributes.timestamp),
      service: attributes.serviceName,
      xray_trace_id: attributes.xRayTraceId,
    };
    return new LogItem({ attributes: boundedLine(base, attributes.message, additional) });
  }
}

function extra(fields: LogFields = {}): LogAttributes {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [fieldKey(key), value]));
}
