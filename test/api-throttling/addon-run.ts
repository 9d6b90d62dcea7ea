import type { Addon } from '@aws-sdk/client-eks';
import { HOUR_MS } from '../../shared/clock.ts';
import type { AddonCourse } from '../../simulator/addon-courses.ts';
import { SCHEMA } from './cni/schemas.ts';
import { type CniOptions, type CniRun, cniRun, cniWorld, storm } from './cni-world.ts';

export const ROLE = 'arn:aws:iam::210987654321:role/prod-cni';
/** As a person wrote it: the order and the spaces are theirs. */
export const CONFIGURATION =
  '{ "livenessProbeTimeoutSeconds": 12, "env": { "AWS_VPC_K8S_CNI_LOGLEVEL": "INFO" } }';

export interface AddonRun extends CniRun {
  addon(): Promise<Addon>;
}

export interface AddonRunOptions extends CniOptions {
  courses?: readonly AddonCourse[];
  configurationValues?: string;
  schema?: string;
  status?: string;
  issues?: { code: string; message: string }[];
}

export function addonRun({
  courses = [],
  configurationValues = CONFIGURATION,
  schema = SCHEMA,
  status = 'ACTIVE',
  issues = [],
  ...options
}: AddonRunOptions = {}): AddonRun {
  const env = { AWS_VPC_K8S_CNI_LOGLEVEL: 'INFO' };
  const world = cniWorld({ ...options, env });
  const installed = {
    name: 'vpc-cni',
    version: 'v1.19.4-eksbuild.1',
    status,
    configurationValues,
    issues,
  };
  world.addons.install('prod', installed, schema, { courses, serviceAccountRoleArn: ROLE });
  const run = cniRun(options, world);
  const key = { clusterName: 'prod', addonName: 'vpc-cni' };
  return { ...run, addon: async () => (await world.addons.describeAddon(key)).addon };
}

export async function played(options: AddonRunOptions = {}, ms = 2 * HOUR_MS): Promise<AddonRun> {
  const run = addonRun(options);
  await storm(run);
  await run.world.clock.advance(ms);
  return run;
}
