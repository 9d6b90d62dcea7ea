import {
  asList,
  asObject,
  inOrder,
  ofType,
  type Resource,
  type Template,
  type Tree,
} from './template-package.ts';
import { eventKinds, matches } from './template-pattern.ts';

/** `node-interruption` → `nodeInterruption`, as functions are named. */
export function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

type Rule = Resource['Properties'];
type Target = { [name: string]: Tree };

/** Logical id and properties of the rules that listen to events; schedules have no pattern. */
export function patternRules(template: Template): [string, Rule][] {
  return ofType(template, 'AWS::Events::Rule').filter(([, rule]) => rule['EventPattern'] !== undefined);
}

/** The rules an event matches; none when it is not JSON. */
export function rulesFor(template: Template, text: string): string[] {
  let event: Tree;
  try {
    event = JSON.parse(text) as Tree;
  } catch {
    return [];
  }
  return patternRules(template)
    .filter(([, rule]) => matches(rule['EventPattern'] ?? null, event))
    .map(([id]) => id);
}

/** What the rules for one `source/detail-type` send to. */
export function lanesOf(template: Template, kind: string): string[] {
  const rules = patternRules(template).filter(([, rule]) =>
    eventKinds(rule['EventPattern'] ?? null).includes(kind),
  );
  return inOrder(rules.flatMap(([, rule]) => targets(rule).map(({ Arn }) => String(Arn))));
}

export function targets(rule: Rule): Target[] {
  return asList(rule['Targets']).map(asObject);
}

/** Its events, or those that could not be delivered. */
export function sendsTo(target: Target, queueArn: string): boolean {
  return target['Arn'] === queueArn || asObject(target['DeadLetterConfig'])['Arn'] === queueArn;
}

/** The topics that send to a queue: their messages, or those that could not be delivered. */
export function topicsTo(template: Template, queueArn: string): string[] {
  return ofType(template, 'AWS::SNS::Subscription')
    .map(([, subscription]) => subscription)
    .filter(
      ({ Endpoint, RedrivePolicy }) =>
        Endpoint === queueArn || asObject(RedrivePolicy)['deadLetterTargetArn'] === queueArn,
    )
    .map(({ TopicArn }) => String(TopicArn));
}

/** The rules and topics which a queue's policy lets send; `anyone` for a statement that does not say. */
export function admittedTo(template: Template, queueArn: string): string[] {
  return ofType(template, 'AWS::SQS::QueuePolicy')
    .flatMap(([, policy]) => asList(asObject(policy['PolicyDocument'])['Statement']).map(asObject))
    .filter((statement) => asList(statement['Resource']).includes(queueArn))
    .flatMap(({ Condition }) => {
      const condition = asObject(Condition);
      const account = asObject(condition['StringEquals'])['aws:SourceAccount'];
      const rules = asList(asObject(condition['ArnEquals'])['aws:SourceArn']).map(String);
      return account === '210987654321' && rules.length > 0 ? rules : ['anyone'];
    });
}
