import { type Statement, statementsByFunction } from './template-iam.ts';
import type { Resource, Template } from './template-package.ts';

export const PLACE = 'eu-west-1:210987654321';
export const KEY_ID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

/** The ARN that each type has once it is deployed, for what the roles refer to. */
const ARNS: Readonly<Record<string, (properties: Resource['Properties']) => string>> = {
  'AWS::DynamoDB::Table': ({ TableName }) => `arn:aws:dynamodb:${PLACE}:table/${TableName}`,
  'AWS::KMS::Key': () => `arn:aws:kms:${PLACE}:key/${KEY_ID}`,
  'AWS::Lambda::Function': ({ FunctionName }) => `arn:aws:lambda:${PLACE}:function:${FunctionName}`,
  'AWS::Logs::LogGroup': ({ LogGroupName }) => `arn:aws:logs:${PLACE}:log-group:${LogGroupName}`,
  'AWS::SNS::Topic': ({ TopicName }) => `arn:aws:sns:${PLACE}:${TopicName}`,
  'AWS::SQS::Queue': ({ QueueName }) => `arn:aws:sqs:${PLACE}:${QueueName}`,
};

/** Logical id → ARN. */
function ownArns(template: Template): Map<string, string> {
  const found = [...template.resources].flatMap(([id, { Type, Properties }]) => {
    const arn = ARNS[Type]?.(Properties);
    return arn === undefined ? [] : [[id, arn] as const];
  });
  return new Map(found);
}

/** Function name → its role's statements, with the ARNs that a deployed stack has. */
export function deployedRoles(template: Template): Map<string, Statement[]> {
  const arns = ownArns(template);
  const deployed = (resource: string) =>
    resource.replace(/^(?:arn|ref):(\w+)(?=$|\/)/, (text, id: string) => arns.get(id) ?? text);
  const roles = [...statementsByFunction(template)].map(([name, statements]) => {
    const changed = statements.map((each) => ({ ...each, resources: each.resources.map(deployed) }));
    return [name, changed] as const;
  });
  return new Map(roles);
}

/** Whether a pattern covers more than one resource of ours and what belongs to it, e.g. a function's versions. */
export function isWide(template: Template, pattern: string): boolean {
  const end = pattern.indexOf('*');
  if (end < 0) return false;
  const fixed = pattern.slice(0, end);
  const owners = [...ownArns(template).values()];
  return !owners.some((arn) => fixed.startsWith(`${arn}:`) || fixed.startsWith(`${arn}/`));
}
