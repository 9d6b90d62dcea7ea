import { markedFor } from '../markers.ts';
import { uncordonNode } from './cordon.ts';
import { lift } from './lift.ts';

/** The node may take pods again, and traffic of load balancers. */
export const uncordon = lift({
  name: 'uncordon',
  describe: 'lifts the cordon and the load balancer mark that Paramedic set for this incident',
  what: 'cordon',
  ownerOf: markedFor,
  remove: uncordonNode,
});
