/** SNS: tells people and the notifier. Adapter: `shared/aws/sns.ts`. */
export interface Topic {
  publish(message: TopicMessage): Promise<void>;
}

export interface TopicMessage {
  /** ASCII, one line, under 100 characters. */
  subject: string;
  /** Readable as an e-mail as it stands. */
  body: string;
  /** For subscription filters: trouble, cluster, severity, event. */
  attributes: Record<string, string>;
}

/** SQS, as far as intake needs it. Adapter: `shared/aws/sqs.ts`. */
export interface Queue {
  /** Keeps what we cannot use, with the reason, in the lane's dead-letter queue. */
  park(parked: ParkedRecord): Promise<void>;
  /** Makes a failed record visible again after `delaySeconds` instead of the queue's full timeout. */
  retryAfter(receiptHandle: string, delaySeconds: number): Promise<void>;
}

export interface ParkedRecord {
  body: string;
  reason: string;
  messageId: string;
}
