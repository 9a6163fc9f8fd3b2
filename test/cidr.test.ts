import { BlockList, isIP, isIPv4 } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cidr, formatCidr, isWithin, parseCidr } from '../decide/cidr.ts';

function range(text: string): Cidr {
  const parsed = parseCidr(text);
  if ('fault' in parsed) throw new Error(`${text}: ${parsed.fault}`);
  return parsed.cidr;
}

const isIn = (text: string, ip: string) => isWithin([range(text)], ip);
const shown = (text: string) => formatCidr(range(text));

test('a range holds its first and its last address, and neither neighbour', () => {
  for (const [text, before, first, last, after] of [
    ['203.0.113.0/24', '203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
    ['10.0.0.4/30', '10.0.0.3', '10.0.0.4', '10.0.0.7', '10.0.0.8'],
    [
      '2001:db8::/32',
      '2001:db7:ffff::',
      '2001:db8::',
      '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      '2001:db9::',
    ],
    ['2001:db8::4/127', '2001:db8::3', '2001:db8::4', '2001:db8::5', '2001:db8::6'],
  ] as const) {
    expect([before, first, last, after].map((ip) => isIn(text, ip))).toEqual([false, true, true, false]);
  }
});

test('a single address is a range of one', () => {
  expect(shown('203.0.113.7')).toBe('203.0.113.7/32');
  expect(shown('2001:db8::7')).toBe('2001:db8::7/128');
  expect(isIn('203.0.113.7', '203.0.113.7')).toBe(true);
  expect(isIn('203.0.113.7', '203.0.113.6')).toBe(false);
});

test('a range of length 0 holds every address of its family, and none of the other', () => {
  expect(isIn('0.0.0.0/0', '255.255.255.255')).toBe(true);
  expect(isIn('::/0', 'ffff::1')).toBe(true);
  expect(isIn('0.0.0.0/0', '::1')).toBe(false);
  expect(isIn('::/0', '192.0.2.1')).toBe(false);
});

test('an IPv4-mapped IPv6 address is in IPv4 ranges, and in no IPv6 range', () => {
  for (const ip of [
    '::ffff:203.0.113.7',
    '::FFFF:203.0.113.7',
    '::ffff:cb00:7107',
    '0:0:0:0:0:ffff:203.0.113.7',
  ]) {
    expect(isIn('203.0.113.0/24', ip), ip).toBe(true);
    expect(isIn('::/0', ip), ip).toBe(false);
  }
});

test.each([
  ['10.0.0.1/8', 'write 10.0.0.0/8.'],
  ['10.0.0.1/0', 'write 0.0.0.0/0.'],
  ['2001:db8::1/32', 'write 2001:db8::/32.'],
  ['::ffff:10.0.0.0/104', 'as IPv4: 10.0.0.0/8.'],
  ['::ffff:10.0.0.1', 'as IPv4: 10.0.0.1/32.'],
  ['::ffff:a00:1/104', 'as IPv4: 10.0.0.0/8.'],
  ['fe80::1%eth0', 'leave out'],
  ['fe80::%1/64', 'leave out'],
  ['10.0.0.0/33', '0 to 32.'],
  ['2001:db8::/129', '0 to 128.'],
])('%s is refused, and told: %s', (text, told) => {
  expect(parseCidr(text)).toEqual({ fault: expect.stringContaining(told) });
});

test.each([
  [
    'not an address',
    ['', '/', '/8', 'a', ':', ':::', '1::2::3', '12345::', 'g::', '[::1]', ':1', '1:', '::1:'],
  ],
  [
    'too short or too long',
    ['10', '10.0.0', '10.0.0.0.0', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8'],
  ],
  ['in another notation', ['10.0.0.256', '010.0.0.0', '10.0.0.0x1', '1e1.0.0.0', '10.0.0.-1', '2130706433']],
  ['IPv4 in IPv6 at the wrong place', ['::1.2.3', '1.2.3.4::', '::1.2.3.4:5', '1:2:3:4:5:6:7:1.2.3.4']],
  ['with another length', ['10.0.0.0/', '10.0.0.0/08', '10.0.0.0/+8', '10.0.0.0/8/8', '10.0.0.0/255.0.0.0']],
  ['in white space', ['10.0.0.0/8 ', ' 10.0.0.0/8', '10.0.0.0 /8', '10.0.0.0/8\n']],
])('what is %s is refused', (_, texts) => {
  for (const text of texts)
    expect(parseCidr(text), text).toEqual({
      fault: expect.stringContaining('Must be an IPv4 or IPv6 address or a range'),
    });
});

test('a range is shown in the form of RFC 5952, however it was written', () => {
  for (const [written, text] of [
    ['2001:DB8:0:0:0:0:0:0/32', '2001:db8::/32'],
    ['2001:0db8::0001', '2001:db8::1/128'],
    ['::', '::/128'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3/128'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4/128'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7/128'],
    ['10:0:0:0:0:0:0:100', '10::100/128'],
    ['64:ff9b::192.0.2.0/120', '64:ff9b::c000:200/120'],
  ] as const)
    expect(shown(written)).toBe(text);
});

test('a text that is no address is in no range', () => {
  for (const ip of ['', 'unknown', '203.0.113.7:80', '203.0.113', '203.0.113.07', 'fe80::1%eth0'])
    expect(isWithin([range('0.0.0.0/0'), range('::/0')], ip), ip).toBe(false);
});

const v4 = fc.ipV4();
const v6 = fc.ipV6();

test('addresses are read as Node reads them', () => {
  const unit = fc.constantFrom('0', '1', '9', 'a', 'ff', ':', '::', '.', '255', '256');
  fc.assert(
    fc.property(fc.oneof(v4, v6, fc.string({ unit, maxLength: 16 })), (ip) => {
      const isMapped = /^::ffff:/.test(
        new URL(isIP(ip) === 6 ? `http://[${ip}]` : 'http://a').hostname.slice(1),
      );
      if (!isMapped) expect('cidr' in parseCidr(ip)).toBe(isIP(ip) !== 0);
    }),
    { numRuns: 2000 },
  );
});

test('the text of a range is parsed as the same range', () => {
  fc.assert(
    fc.property(fc.oneof(v4, v6), (ip) => {
      const parsed = parseCidr(ip);
      if ('cidr' in parsed) expect(range(formatCidr(parsed.cidr))).toEqual(parsed.cidr);
    }),
  );
});

test('an address is in a range if Node says so', () => {
  /** Two addresses that often share their first bits, and a length. */
  const near = (ip: fc.Arbitrary<string>, bits: number) =>
    fc.tuple(ip, fc.oneof(ip, fc.constant(undefined)), fc.nat({ max: bits }));
  fc.assert(
    fc.property(fc.oneof(near(v4, 32), near(v6, 128)), ([start, other, length]) => {
      const told = parseCidr(`${start}/${length}`);
      const text = 'cidr' in told ? `${start}/${length}` : /write (\S+)\.$/.exec(told.fault)?.[1];
      if (!text) return;
      const list = new BlockList();
      const [network = ''] = text.split('/');
      list.addSubnet(network, length, isIPv4(network) ? 'ipv4' : 'ipv6');
      const ip = other ?? start;
      expect(isIn(text, ip)).toBe(list.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6'));
    }),
  );
});
