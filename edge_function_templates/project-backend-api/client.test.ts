import assert from "node:assert/strict";

import { clientOf } from "./client.ts";

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
      null,
    ],
  ] as const
) {
  Deno.test(`rate limits count ${what}`, () => {
    const { address } = clientOf(
      new Headers(headers),
      "cf-connecting-ip",
      connection,
      false,
    );
    assert.equal(address, expected);
  });
}

Deno.test("a header that nobody vouches for is not believed", () => {
  const headers = new Headers({ "cf-connecting-ip": "6.6.6.6" });
  assert.deepEqual(clientOf(headers, null, "192.0.2.1", false), {
    address: "192.0.2.1",
    source: "connection",
  });
});

for (
  const [what, headers, expected] of [
    [
      "the header that the platform sets",
      { "cf-connecting-ip": "192.0.2.3" },
      "192.0.2.3",
    ],
    ["the last entry where that is missing", {
      "x-forwarded-for": "6.6.6.6, 192.0.2.4",
    }, "192.0.2.4"],
    ["nobody where there is neither", {}, null],
    ["nobody behind a proxy's own address", {
      "x-forwarded-for": "6.6.6.6, 10.0.3.4",
    }, null],
    ["nobody at an address that is everybody's", {
      "cf-connecting-ip": "0.0.0.0",
    }, null],
    ["nobody at home", {
      "cf-connecting-ip": "::1",
      "x-forwarded-for": "::ffff:127.0.0.1",
    }, null],
    [
      "a neighbour of what is private",
      { "cf-connecting-ip": "172.32.0.1" },
      "172.32.0.1",
    ],
  ] as const
) {
  Deno.test(`on the platform rate limits count ${what}`, () => {
    const found = clientOf(
      new Headers(headers),
      "cf-connecting-ip",
      "192.0.2.1",
      true,
    );
    assert.equal(found.address, expected);
  });
}
