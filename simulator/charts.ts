import type { GetMetricWidgetImageInput, GetMetricWidgetImageOutput } from '@aws-sdk/client-cloudwatch';
import { chartsAdapter } from '../shared/aws/charts.ts';
import type { ChartOperations } from '../shared/aws/charts-ops.ts';
import type { Charts } from '../shared/ports/charts.ts';

/** One grey pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

/** CloudWatch's pictures: the same pixel of everything, and the widgets that were asked for. */
export class SimCharts implements ChartOperations {
  /** As JSON, in the order of asking. */
  readonly widgets: string[] = [];
  readonly #account: string;

  constructor(account: string) {
    this.#account = account;
  }

  /** The account's port: the real adapter, on this instead of the network. */
  port(): Charts {
    return chartsAdapter(this, this.#account);
  }

  async getMetricWidgetImage({
    MetricWidget = '',
  }: GetMetricWidgetImageInput): Promise<GetMetricWidgetImageOutput> {
    this.widgets.push(MetricWidget);
    return { MetricWidgetImage: new Uint8Array(Buffer.from(PIXEL, 'base64')) };
  }
}
