import type { Topic, TopicMessage } from '../shared/ports/messages.ts';

/** Keeps every message that was published. */
export class RecordedTopic implements Topic {
  readonly messages: TopicMessage[] = [];

  async publish(message: TopicMessage): Promise<void> {
    this.messages.push(structuredClone(message));
  }
}
