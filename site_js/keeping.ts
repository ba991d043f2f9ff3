/** The token of who is signed in, kept in the browser for the next page. */

/** A browser may forbid its store; then the token lasts as long as the page. */
export class Kept {
  #token: string | null = null;
  readonly #name: string;

  constructor(project: string) {
    this.#name = `wakti-${project}`;
    try {
      this.#token = localStorage.getItem(this.#name);
    } catch {
      // It is forbidden.
    }
  }

  get token(): string | null {
    return this.#token;
  }

  set token(token: string | null) {
    this.#token = token;
    try {
      if (token) localStorage.setItem(this.#name, token);
      else localStorage.removeItem(this.#name);
    } catch {
      // It is forbidden.
    }
  }
}
