import { PortError } from '../errors.ts';
import type { Charts } from '../ports/charts.ts';
import type { ChartOperations } from './charts-ops.ts';
import { awsCall } from './classify.ts';
import { metricWidget } from './metric-widget.ts';

const DRAW = 'cloudwatch:GetMetricWidgetImage';
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Draws what is of `account`: a role sees no other account's metrics, and would draw an empty picture of them. */
export function chartsAdapter(calls: ChartOperations, account: string): Charts {
  return {
    draw: async (chart, place) => {
      if (place.account !== account) {
        throw new PortError('unsupported', 'metrics of another account', { operation: DRAW });
      }
      const request = { MetricWidget: metricWidget(chart, place.region), OutputFormat: 'png' };
      const { MetricWidgetImage: png } = await awsCall(DRAW, () => calls.getMetricWidgetImage(request));
      if (png === undefined || !isPng(png)) {
        throw new PortError('invalid', 'CloudWatch drew nothing', { operation: DRAW });
      }
      return png;
    },
  };
}

function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}
