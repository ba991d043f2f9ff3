/** In the place of `http/server.ts` of the old standard library, where that cannot be fetched. */

/** The addresses of a request, as the old library gives them. */
export interface ConnInfo {
  readonly localAddr: Deno.Addr;
  readonly remoteAddr: Deno.Addr;
}

export type Handler = (
  request: Request,
  info: ConnInfo,
) => Response | Promise<Response>;

export interface ServeInit extends Partial<Deno.ListenOptions> {
  readonly signal?: AbortSignal;
  readonly onError?: (error: unknown) => Response | Promise<Response>;
  readonly onListen?: (
    address: { hostname: string; port: number },
  ) => void;
}

/** Serves requests until the signal; the address is the stack's to give. */
export async function serve(
  handler: Handler,
  { signal, onError, onListen }: ServeInit = {},
): Promise<void> {
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    {
      ...signal && { signal },
      ...onError && { onError },
      onListen: ({ hostname, port }) => onListen?.({ hostname, port }),
    },
    (request, { remoteAddr }) =>
      handler(request, { remoteAddr, localAddr: server.addr }),
  );
  await server.finished;
}
