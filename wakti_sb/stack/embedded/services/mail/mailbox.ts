/** The mail that would have been sent: kept here, in memory, for tests and for people to read. */

export interface Message {
  readonly id: string;
  readonly sentAt: string;
  readonly to: string;
  readonly subject: string;
  /** What it is about, e.g. `recovery`. */
  readonly kind: string;
  /** To be typed in; null if there is none. */
  readonly code: string | null;
  /** To be clicked on; null if there is none. */
  readonly link: string | null;
  readonly tokenHash: string | null;
  readonly html: string;
}

/** How many messages are kept. */
const MOST = 500;

export class Mailbox {
  readonly #messages: Message[] = [];

  add(message: Omit<Message, "id" | "sentAt">): void {
    this.#messages.unshift({
      id: crypto.randomUUID(),
      sentAt: new Date().toISOString(),
      ...message,
    });
    this.#messages.length = Math.min(this.#messages.length, MOST);
  }

  /**
   * The newest first.
   *
   * @param to Only messages to this address.
   */
  list(to?: string): readonly Message[] {
    const address = to?.toLowerCase();
    return this.#messages.filter((one) =>
      address === undefined || one.to.toLowerCase() === address
    );
  }

  clear(): void {
    this.#messages.length = 0;
  }
}
