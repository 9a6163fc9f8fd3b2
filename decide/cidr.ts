/** An IP address as a number, and how many bits it has. */
interface Address {
  bits: 32 | 128;
  value: bigint;
}

/** A range of addresses: its first one, and how many bits at the end may differ from it. */
export interface Cidr extends Address {
  free: bigint;
}

/** Without a leading zero, which some parsers take for octal. */
const octet = /^(?:0|[1-9]\d{0,2})$/;
const group = /^[0-9a-f]{1,4}$/i;

function parseV4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((part) => octet.test(part) && Number(part) < 256))
    return undefined;
  return BigInt(octets.reduce((value, part) => value * 256 + Number(part), 0));
}

/** Reads the forms of RFC 4291, section 2.2: eight groups, `::` for several of zeros, the last two as IPv4. */
function parseV6(text: string): bigint | undefined {
  const last = text.slice(text.lastIndexOf(':') + 1);
  if (last.includes('.')) {
    const v4 = parseV4(last);
    if (v4 === undefined) return undefined;
    const start = text.slice(0, -last.length);
    return parseV6(`${start}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`);
  }
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = halves.flat();
  const isComplete = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8;
  if (!isComplete || !groups.every((digits) => group.test(digits))) return undefined;
  const [head = '', tail = ''] = halves.map((half) => half.map((digits) => digits.padStart(4, '0')).join(''));
  return BigInt(`0x${head}${tail.padStart(32 - head.length, '0')}`);
}

function parseAddress(text: string): Address | undefined {
  const bits = text.includes(':') ? 128 : 32;
  const value = bits === 128 ? parseV6(text) : parseV4(text);
  return value === undefined ? undefined : { bits, value };
}

/** Whether a text is an IPv4 or an IPv6 address. */
export const isAddress = (text: string): boolean => parseAddress(text) !== undefined;

/** The IPv4 address that an IPv6 socket shows as `::ffff:192.0.2.1` (RFC 4291, section 2.5.5.2); any other as it is. */
const unmapped = (address: Address): Address =>
  address.bits === 128 && address.value >> 32n === 0xffffn
    ? { bits: 32, value: address.value & 0xffffffffn }
    : address;

/**
 * Reads a range, such as `203.0.113.0/24` or `2001:db8::/32`, or a single address. It must begin with the first address
 * of the range, so that a slip in the length does not open more than was meant.
 * @returns the range, or what is wrong and what to write instead, for people
 */
export function parseCidr(text: string): { cidr: Cidr } | { fault: string } {
  const [, start = '', length] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  if (start.includes('%'))
    return {
      fault: 'Must not have a zone, which names an interface of one machine: leave out what follows the "%".',
    };
  const address = parseAddress(start);
  if (!address)
    return { fault: 'Must be an IPv4 or IPv6 address or a range, such as 203.0.113.0/24 or 2001:db8::/32.' };
  const { bits, value } = address;
  if (Number(length ?? bits) > bits) return { fault: `The length after the "/" must be 0 to ${bits}.` };
  const free = BigInt(bits) - BigInt(length ?? bits);
  const first = { bits, value: (value >> free) << free, free };
  const v4 = unmapped(first);
  if (v4.bits !== bits && free <= 32n)
    return { fault: `Must be written as IPv4: ${formatCidr({ ...v4, free })}.` };
  if (first.value !== value)
    return { fault: `Has bits set beyond its first ${length}: write ${formatCidr(first)}.` };
  return { cidr: first };
}

/** Reads a range that `formatCidr` wrote. Undefined where it is none. */
export function readCidr(text: string): Cidr | undefined {
  const [start = '', length] = text.split('/');
  const address = parseAddress(start);
  return address && { ...address, free: BigInt(address.bits) - BigInt(length ?? address.bits) };
}

/** A range in its canonical form (RFC 5952). A single address has `/32` or `/128`. */
export function formatCidr({ bits, value, free }: Cidr): string {
  return `${bits === 32 ? formatV4(value) : formatV6(value)}/${BigInt(bits) - free}`;
}

const formatV4 = (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');

function formatV6(value: bigint): string {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) =>
    ((value >> shift) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const zeros = text.match(/\b0(?::0)+\b/g) ?? [];
  const [longest] = zeros.toSorted((a, b) => b.length - a.length);
  return longest ? text.replace(new RegExp(`(?:^|:)${longest}(?:$|:)`), '::') : text;
}

/** Whether an address is in one of the ranges. A text that is no address is in none. */
export function isWithin(ranges: readonly Cidr[], ip: string): boolean {
  const address = parseAddress(ip);
  if (!address) return false;
  const { bits, value } = unmapped(address);
  return ranges.some((range) => range.bits === bits && range.value >> range.free === value >> range.free);
}
