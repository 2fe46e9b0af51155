/** The expression for a pattern in which `*` stands for any run of characters. With the flag `i` it ignores letter case. */
export function wildcard(pattern: string, flags: 'u' | 'iu'): RegExp {
  return new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`, flags)
}
