import type { Topic, TopicMessage } from '../shared/ports/messages.ts';
import { copyOf } from './copy.ts';

/** Keeps every message that was published, and delivers it to its subscribers. */
export class RecordedTopic implements Topic {
  readonly messages: TopicMessage[] = [];
  readonly #subscribers: ((message: TopicMessage) => void)[] = [];

  async publish(message: TopicMessage): Promise<void> {
    this.messages.push(copyOf(message));
    for (const subscriber of this.#subscribers) subscriber(copyOf(message));
  }

  subscribe(subscriber: (message: TopicMessage) => void): void {
    this.#subscribers.push(subscriber);
  }
}
