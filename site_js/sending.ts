/** Requests, repeated where that is safe and helps. */

/** One request of the API. */
export interface Message {
  readonly method: "GET" | "POST";
  readonly address: string;
  readonly token: string | null;
  readonly body?: XMLHttpRequestBodyInit;
  readonly onProgress?: (sent: number) => void;
}

interface Answer {
  /** 0 where none came. */
  readonly status: number;
  readonly text: string;
  /** Seconds; NaN where the server named none. */
  readonly retryAfter: number;
}

/** Times that a request is sent, all in all. */
const tries = 4;

/** Milliseconds until an answer no longer comes: longer than the server ever takes. */
const patience = { value: 30_000, file: 160_000 };

/** Seconds that a visitor waits for another try; a server that wants more is told to the page. */
const longest = 20;

/** No answer, a function or a database that is starting, too many requests. */
const passing = [0, 429, 502, 503, 504];

/**
 * Send until there is an answer that stands, with one Idempotency-Key: what arrived twice is done
 * once. Reject with a Refusal.
 */
export async function send<Result>(
  message: Message,
  key: string | null,
): Promise<Result> {
  for (let sent = 1;; sent++) {
    const { status, text, retryAfter } = await ask(message, key);
    const said = parsed(text);
    if (status === 200 && said !== null) return said as Result;
    const wait = retryAfter >= 0 ? retryAfter : sent + Math.random();
    if (sent === tries || !passing.includes(status) || wait > longest) {
      const why = {
        error: status ? `The server answered ${status}` : "No answer",
        code: status ? "unknown" : "network",
        ...said,
        status,
        ...(retryAfter >= 0 ? { retryAfter } : {}),
      };
      throw Object.assign(new Error(why.error), why);
    }
    await new Promise((resolve) => setTimeout(resolve, wait * 1_000));
  }
}

/** A new key: unguessable also where the page is not https, which has no randomUUID. */
export function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

/** `fetch` tells no progress of what is sent. */
function ask(message: Message, key: string | null): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const { body, onProgress } = message;
    request.open(message.method, message.address);
    request.timeout = body instanceof FormData ? patience.file : patience.value;
    if (key) request.setRequestHeader("Idempotency-Key", key);
    if (message.token) request.setRequestHeader("X-Site-Token", message.token);
    if (onProgress) {
      request.upload.onprogress = ({ loaded, total }) =>
        onProgress(loaded / total);
    }
    request.onloadend = () =>
      resolve({
        status: request.status,
        text: request.responseText,
        retryAfter: parseInt(request.getResponseHeader("Retry-After") ?? ""),
      });
    request.send(body);
  });
}

function parsed(text: string): object | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
