import type { Admin } from './admin.ts';
import { eventually } from './processes.ts';

const GROUP = 'karpenter.sh';
const NODE_CLAIMS = `/apis/${GROUP}/v1/nodeclaims`;
const SERVED_LIMIT_MS = 20_000;

/** The custom resource that Karpenter brings, as far as anybody can ask for it; and one object of it. */
export async function installNodeClaims(admin: Admin, claim: string): Promise<void> {
  await admin.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: `nodeclaims.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Cluster',
      names: { plural: 'nodeclaims', singular: 'nodeclaim', kind: 'NodeClaim', listKind: 'NodeClaimList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });
  const object = { apiVersion: `${GROUP}/v1`, kind: 'NodeClaim', metadata: { name: claim } };
  await eventually(() => admin.create(NODE_CLAIMS, object), SERVED_LIMIT_MS);
}
