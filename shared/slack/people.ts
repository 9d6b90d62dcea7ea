import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { lazy } from '../aws/lazy.ts';
import { clientConfig, type Variables } from '../aws/ports.ts';
import { secretsManager } from '../aws/secrets.ts';
import { type Clock, SECOND_MS, wallClock } from '../clock.ts';
import type { PeoplePorts } from '../ports/people.ts';
import { slackApi } from './api.ts';
import { slackWebhook } from './webhook.ts';

/** A click is answered within three seconds. */
const SECRET_LIMITS = { requestTimeout: SECOND_MS, maxAttempts: 2 };

/** The ports to people on real Secrets Manager and Slack, from `AWS_REGION`. */
export function peoplePorts(variables: Variables, clock: Clock = wallClock): PeoplePorts {
  const secrets = secretsManager(
    lazy(() => new SecretsManagerClient(clientConfig(regionOf(variables), SECRET_LIMITS))),
    clock,
  );
  return {
    secrets,
    slack: (botTokenArn) => slackApi({ secrets, botTokenArn }),
    webhook: (urlArn) => slackWebhook({ secrets, urlArn }),
  };
}

function regionOf({ AWS_REGION: region }: Variables): string {
  if (region === undefined || region === '') throw new Error('environment variable AWS_REGION is not set');
  return region;
}
