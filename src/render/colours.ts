import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

export function colours(enabled: boolean): Colours {
  return pc.createColors(enabled);
}
