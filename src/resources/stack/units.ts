const UNITS = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;

/** Nanoseconds of a duration of a Compose file: `90s`. */
export function nanoseconds(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

/** A duration for people. */
export function durationText(value: number): string {
  return value % 1e9 === 0 ? `${value / 1e9}s` : `${value / 1e6}ms`;
}

const SIZES = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 } as const;

/** Bytes of a size of a Compose file: `512M`. */
export function bytes(text: string): number {
  return Number(text.slice(0, -1)) * SIZES[text.slice(-1) as keyof typeof SIZES];
}

export function bytesText(value: number): string {
  const [unit, size] = Object.entries(SIZES).findLast(([, each]) => value % each === 0) ?? ['', 1];
  return `${value / size}${unit}`;
}
