import { BlockList, isIP, isIPv4 } from 'node:net';

/** Blocks of IPv4 that are not, or not only, the public internet. IANA's special-purpose registry, and one more. */
const specialIPv4: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8], // RFC 1918
  ['100.64.0.0', 10], // carrier-grade NAT; clouds keep metadata services in it
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's host agent, on a public-looking address
  ['169.254.0.0', 16], // link-local, metadata services
  ['172.16.0.0', 12], // RFC 1918
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // RFC 1918
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/**
 * Blocks inside 2000::/3 that are not the public internet. Everything outside 2000::/3 is refused without being named:
 * loopback, mapped and translated IPv4, ULA, link-local, multicast and whatever will be assigned one day.
 */
const specialIPv6: readonly [network: string, prefix: number][] = [
  ['2001::', 23], // protocol assignments: Teredo, ORCHID, benchmarks
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, carries any IPv4 address
  ['3ffe::', 16], // 6bone, given back
  ['3fff::', 20], // documentation
];

const localIPv4: readonly [network: string, prefix: number][] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];

const refusedIPv4 = blockList(specialIPv4, 'ipv4');
const refusedIPv6 = blockList(specialIPv6, 'ipv6');
const globalIPv6 = blockList([['2000::', 3]], 'ipv6');
const local = blockList(localIPv4, 'ipv4');

function blockList(networks: readonly [network: string, prefix: number][], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/** Whether `address` is one of the public internet. Anything that is not a plain IP address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refusedIPv4.check(address, 'ipv4');
    case 6:
      // A zone (fe80::1%eth0) exists only on a link.
      return !address.includes('%') && globalIPv6.check(address, 'ipv6') && !refusedIPv6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Whether `address` is loopback or RFC 1918: what `DELIVERY_TARGETS=local` opens besides the public internet. */
export function isLocalAddress(address: string): boolean {
  // Mapped forms (::ffff:127.0.0.1) are left out on purpose: nobody needs them, and filters differ about them.
  if (isIPv4(address)) return local.check(address, 'ipv4');
  return address === '::1';
}
