import assert from "node:assert/strict";

import { clientAddress } from "./client.ts";

for (
  const [what, headers, connection, expected] of [
    ["the connection's address", {}, "192.0.2.1", "192.0.2.1"],
    [
      "the last proxy's word",
      { "x-forwarded-for": "6.6.6.6, 192.0.2.2" },
      "127.0.0.1",
      "192.0.2.2",
    ],
    [
      "a trusted header's word",
      { "x-forwarded-for": "6.6.6.6", "cf-connecting-ip": "192.0.2.3" },
      "127.0.0.1",
      "192.0.2.3",
    ],
    [
      "the network of an IPv6 address",
      { "cf-connecting-ip": "2001:DB8:0:1::5" },
      undefined,
      "2001:db8:0:1::/64",
    ],
    ["a short IPv6 address", {}, "::1", "0:0:0:0::/64"],
    ["an IPv4 address in IPv6", {}, "::ffff:192.0.2.4", "192.0.2.4"],
    [
      "nothing that is no address",
      { "cf-connecting-ip": "x'; --", "x-forwarded-for": "a".repeat(900) },
      undefined,
      "unknown",
    ],
  ] as const
) {
  Deno.test(`rate limits count ${what}`, () => {
    const address = clientAddress(
      new Headers(headers),
      "cf-connecting-ip",
      connection,
    );
    assert.equal(address, expected);
  });
}

Deno.test("a header that nobody vouches for is not believed", () => {
  const headers = new Headers({ "cf-connecting-ip": "6.6.6.6" });
  assert.equal(clientAddress(headers, null, "192.0.2.1"), "192.0.2.1");
});
