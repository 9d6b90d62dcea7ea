import type { Chart } from '../incident/chart.ts';
import type { ClusterRef } from './kubernetes.ts';

/** Where the metrics of a chart are. */
export type ChartPlace = Pick<ClusterRef, 'account' | 'region'>;

/** CloudWatch as a draughtsman. Adapter: `shared/aws/charts.ts`; fake: `simulator/charts.ts`. */
export interface Charts {
  /**
   * GetMetricWidgetImage: a PNG. Throws PortError; `unsupported` for another account's metrics, `invalid` when nothing
   * was drawn.
   */
  draw(chart: Chart, place: ChartPlace): Promise<Uint8Array>;
}
